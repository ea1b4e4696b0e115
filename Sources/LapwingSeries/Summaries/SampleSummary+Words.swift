extension SampleSummary {
    /// How many words a summary comes to.
    public static let wordCount = 13

    /// All of it as words, for a file to keep: those of a usual counter are small or end in zeros.
    ///
    ///     count │ first time │ last time less it │ first │ last │ minimum ⊻ first │ maximum ⊻ last │ correction │ resets │ changes
    ///     │ sum │ lost │ exponents, 11 bits each, and two bits: whole, needs samples
    ///
    /// Values are their bit patterns with the bytes turned round.
    public var words: [UInt64] {
        let shape = UInt64(smallestExponent) << 13 | UInt64(largestExponent) << 2 | (isWhole ? 2 : 0) | (needsSamples ? 1 : 0)
        return [
            UInt64(UInt32(bitPattern: counted)), UInt64(bitPattern: firstTime), UInt64(bitPattern: lastTime &- firstTime), Self.word(first),
            Self.word(last), Self.word(minimum) ^ Self.word(first), Self.word(maximum) ^ Self.word(last), Self.word(correction),
            UInt64(UInt32(bitPattern: resets)), UInt64(UInt32(bitPattern: changes)), Self.word(sum), Self.word(lost), shape,
        ]
    }

    /// The summary that has these words; nil where they are too few or none that `words` gives.
    public init?(words: [UInt64]) {
        guard words.count == Self.wordCount, words[12] < 1 << 24, [0, 8, 9].allSatisfy({ words[$0] <= UInt64(Int32.max) }) else { return nil }
        counted = Int32(words[0])
        (firstTime, lastTime) = (Int64(bitPattern: words[1]), Int64(bitPattern: words[1] &+ words[2]))
        (first, last) = (Self.value(words[3]), Self.value(words[4]))
        (minimum, maximum) = (Self.value(words[5] ^ words[3]), Self.value(words[6] ^ words[4]))
        correction = Self.value(words[7])
        (resets, changes) = (Int32(words[8]), Int32(words[9]))
        (sum, lost) = (Self.value(words[10]), Self.value(words[11]))
        (smallestExponent, largestExponent) = (UInt16(words[12] >> 13), UInt16(words[12] >> 2 & 0x7FF))
        (isWhole, needsSamples) = (words[12] & 2 != 0, words[12] & 1 != 0)
    }

    private static func word(_ value: Double) -> UInt64 { value.bitPattern.byteSwapped }

    private static func value(_ word: UInt64) -> Double { Double(bitPattern: word.byteSwapped) }
}
