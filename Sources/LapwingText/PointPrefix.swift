/// What stands before a value in a list of points, `,[1435781451.781,"`, ready to be stored in four words.
///
/// The series of one answer mostly share their times: their texts are made once, and a point costs their copy.
public struct PointPrefix: Sendable {
    /// The text in the order of memory, 25 bytes at the most.
    let words: (UInt64, UInt64, UInt64, UInt64)
    let count: Int

    /// - Parameter time: milliseconds since the epoch; written as seconds, with three digits of fraction unless it is
    ///   nought, as `util/jsonutil/marshal.go` of Prometheus 3.14 does it.
    public init(time: Int64) {
        var memory = InlineArray<72, UInt8>(repeating: 0)
        var span = memory.mutableSpan
        var bytes = span.mutableBytes
        DecimalText.store(Self.opening, to: &bytes, at: 0)
        let end = Self.write(time, to: &bytes, at: 2)
        DecimalText.store(Self.closing, to: &bytes, at: end)
        count = end + 2
        words = (
            Self.word(memory, at: 0), Self.word(memory, at: 8), Self.word(memory, at: 16), Self.word(memory, at: 24)
        )
    }

    private init(words: (UInt64, UInt64, UInt64, UInt64), count: Int) {
        self.words = words
        self.count = count
    }

    /// The text from its bracket on.
    var withoutComma: PointPrefix {
        PointPrefix(
            words: (
                words.0 >> 8 | words.1 << 56, words.1 >> 8 | words.2 << 56, words.2 >> 8 | words.3 << 56, words.3 >> 8
            ), count: count - 1)
    }

    private static let opening = UInt64(UInt8(ascii: ",")) | UInt64(UInt8(ascii: "[")) << 8
    private static let closing = UInt64(UInt8(ascii: ",")) | UInt64(UInt8(ascii: "\"")) << 8

    private static func word(_ memory: borrowing InlineArray<72, UInt8>, at offset: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in (offset..<(offset + 8)).reversed() { word = word << 8 | UInt64(memory[index]) }
        return word
    }

    func store(to bytes: inout MutableRawSpan, at offset: Int) {
        DecimalText.store(words.0, to: &bytes, at: offset)
        DecimalText.store(words.1, to: &bytes, at: offset &+ 8)
        DecimalText.store(words.2, to: &bytes, at: offset &+ 16)
        DecimalText.store(words.3, to: &bytes, at: offset &+ 24)
    }

    /// Writes milliseconds as seconds, 21 bytes at the most.
    static func write(_ time: Int64, to bytes: inout MutableRawSpan, at offset: Int) -> Int {
        var end = offset
        if time < 0 {
            bytes.storeBytes(of: UInt8(ascii: "-"), toByteOffset: end, as: UInt8.self)
            end &+= 1
        }
        let (seconds, fraction) = time.magnitude.quotientAndRemainder(dividingBy: 1000)
        end = DecimalText.write(seconds, to: &bytes, at: end)
        guard fraction != 0 else { return end }
        // A thousand more, and the point in the place of its one.
        let next = DecimalText.write(fraction &+ 1000, to: &bytes, at: end)
        bytes.storeBytes(of: UInt8(ascii: "."), toByteOffset: end, as: UInt8.self)
        return next
    }
}
