import LapwingDisk

/// Values of a log record: each by itself, since a log that has lost a record must be read from there on all the same.
///
/// Most are integers or short decimals, and neighbours of a page are often alike: four bytes where eight would be needed.
enum LogValues {
    private static let raw: UInt8 = 0xF0
    private static let maximumExponent = 9

    static func append(_ value: Double, _ previous: inout Int64, to bytes: inout [UInt8]) {
        var exponent = 0
        var integer = DecimalScale.integer(value, 1)
        while integer == nil, exponent < maximumExponent, value.isFinite {
            exponent += 1
            integer = DecimalScale.integer(value, DecimalScale.powers[exponent])
        }
        guard let integer else {
            bytes.append(raw)
            return bytes.appendFixed(value.bitPattern, 8)
        }
        let whole = zigzag(integer)
        let difference = zigzag(integer &- previous)
        previous = integer
        let wholeBytes = byteCount(whole)
        let differenceBytes = byteCount(difference)
        let tag = UInt8(exponent) << 4
        if differenceBytes < wholeBytes, differenceBytes <= 6 {
            bytes.append(tag | UInt8(9 + differenceBytes))
            bytes.appendFixed(difference, differenceBytes)
        } else {
            bytes.append(tag | UInt8(wholeBytes))
            bytes.appendFixed(whole, wholeBytes)
        }
    }

    @inline(__always)
    static func read(_ reader: inout ByteReader, _ previous: inout Int64) throws(ByteReader.Malformed) -> Double {
        let tag = try reader.byte()
        if tag == raw { return Double(bitPattern: try reader.fixed(8)) }
        let exponent = Int(tag >> 4)
        let length = Int(tag & 15)
        guard exponent <= maximumExponent else { throw .init(offset: reader.offset) }
        let coded = try reader.fixed(length < 9 ? length : length - 9)
        let number = Int64(bitPattern: coded >> 1) ^ -Int64(bitPattern: coded & 1)
        previous = length < 9 ? number : previous &+ number
        return exponent == 0 ? Double(previous) : Double(previous) / DecimalScale.powers[exponent]
    }

    private static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value << 1) ^ (value >> 63)) }

    private static func byteCount(_ value: UInt64) -> Int { (64 - value.leadingZeroBitCount + 7) / 8 }
}
