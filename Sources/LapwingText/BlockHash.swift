/// What MD5 and SHA-256 have in common: a message in blocks of 64 bytes, each of which is absorbed, as sixteen words, into
/// a state whose words are the digest.
enum BlockHash {
    /// In which bytes of words stand, those of the message, of its length and of the digest.
    enum ByteOrder {
        case littleEndian, bigEndian

        func bytes(_ word: UInt32) -> [UInt8] {
            (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(self == .littleEndian ? 8 * $0 : 24 - 8 * $0)) }
        }

        func word(_ bytes: ArraySlice<UInt8>) -> UInt32 {
            let word = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return self == .littleEndian ? word.byteSwapped : word
        }

        /// A length of 64 bits as two words.
        func bytes(_ length: UInt64) -> [UInt8] {
            let (high, low) = (UInt32(truncatingIfNeeded: length >> 32), UInt32(truncatingIfNeeded: length))
            return self == .littleEndian ? bytes(low) + bytes(high) : bytes(high) + bytes(low)
        }
    }

    static func digest(
        of message: [UInt8], _ order: ByteOrder, from initial: [UInt32], _ absorb: ([UInt32], inout [UInt32]) -> Void
    ) -> [UInt8] {
        var state = initial
        let padded = padded(message, order)
        for block in stride(from: 0, to: padded.count, by: 64) {
            absorb(stride(from: block, to: block + 64, by: 4).map { order.word(padded[$0..<$0 + 4]) }, &state)
        }
        return state.flatMap(order.bytes)
    }

    /// The message, a one bit, noughts, and the number of bits: a multiple of 64 bytes.
    private static func padded(_ message: [UInt8], _ order: ByteOrder) -> [UInt8] {
        let noughts = (119 - message.count % 64) % 64
        return message + [0x80] + [UInt8](repeating: 0, count: noughts) + order.bytes(UInt64(message.count) &* 8)
    }
}
