import LapwingDisk

/// What is asked of a stretch of bytes that were read from a file.
extension Span where Element == UInt8 {
    /// A copy of some of the bytes as text; what is no UTF-8 is replaced.
    func string(_ range: Range<Int>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(range.count)
        for index in range { text.append(self[index]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Negative, zero or positive as the bytes of a range come before, with or after `other` in order.
    func compare(_ range: Range<Int>, _ other: Span<UInt8>) -> Int {
        let count = Swift.min(range.count, other.count)
        for index in 0..<count {
            let (mine, theirs) = (self[range.lowerBound + index], other[index])
            if mine != theirs { return mine < theirs ? -1 : 1 }
        }
        return range.count - other.count
    }

    /// Compares a stretch with the checksum that is written beside it.
    func expectChecksum(_ checksum: UInt32, of range: Range<Int>, _ what: String) throws(DamagedBytes) {
        let found = Checksum.crc32c(extracting(range))
        if found == checksum { return }
        throw DamagedBytes(
            "the checksum of \(what) is \(String(found, radix: 16)) and should be \(String(checksum, radix: 16))", at: range.lowerBound)
    }
}
