/// The fewest digits that read back as the number, written into memory that is there already.
///
/// A whole number below 2^53 is its own shortest text and goes without the search for it.
extension GoNumber {
    /// Bytes that `writeShortest` and `writeJSON` may touch from their offset on.
    static let writingRoom = DecimalText.slack

    /// Writes a number as Prometheus' API has it: with an exponent below 1e-6 and from 1e21, else without; `NaN`,
    /// `+Inf`, `-Inf`.
    ///
    /// Source: Prometheus 3.14 `util/jsonutil/marshal.go`, `MarshalFloat`.
    /// - Returns: the offset behind the text.
    static func writeJSON(_ value: Double, to bytes: inout MutableRawSpan, at offset: Int) -> Int {
        let magnitude = value.magnitude
        var end = offset
        if value.sign == .minus {
            bytes.storeBytes(of: UInt8(ascii: "-"), toByteOffset: end, as: UInt8.self)
            end &+= 1
        }
        if magnitude < wholeLimit {
            let whole = Int64(magnitude)
            if Double(whole) == magnitude { return DecimalText.write(whole.magnitude, to: &bytes, at: end) }
        } else if !magnitude.isFinite {
            return writeSpecial(value, to: &bytes, at: offset)
        }
        let decimal = ShortestDecimal(magnitude)
        if magnitude < 1e-6 || magnitude >= 1e21 { return DecimalText.writeExponent(decimal, to: &bytes, at: end) }
        return writeNearPoint(decimal, to: &bytes, at: end)
    }

    /// Writes a finite number; nil where it has more zeros than there is room for, as only the fixed form may.
    static func writeShortest(_ value: Double, _ format: Format, to bytes: inout MutableRawSpan, at offset: Int) -> Int? {
        let magnitude = value.magnitude
        var end = offset
        if value.sign == .minus {
            bytes.storeBytes(of: UInt8(ascii: "-"), toByteOffset: end, as: UInt8.self)
            end &+= 1
        }
        switch format {
        case .fixed:
            if magnitude < wholeLimit, magnitude == magnitude.rounded(.towardZero) {
                return DecimalText.write(UInt64(magnitude), to: &bytes, at: end)
            }
            guard magnitude >= 1e-6, magnitude < 1e21 else { return nil }
            return writeNearPoint(ShortestDecimal(magnitude), to: &bytes, at: end)
        case .exponent:
            return DecimalText.writeExponent(ShortestDecimal(magnitude), to: &bytes, at: end)
        case .general:
            if magnitude < 1e6, magnitude == magnitude.rounded(.towardZero) {
                return DecimalText.write(UInt64(magnitude), to: &bytes, at: end)
            }
            let decimal = ShortestDecimal(magnitude)
            // Both limits are powers of ten, so that no shortest text lies on the other side of them than its number.
            if magnitude < 1e-4 || magnitude >= 1e6 { return DecimalText.writeExponent(decimal, to: &bytes, at: end) }
            return writeNearPoint(decimal, to: &bytes, at: end)
        }
    }

    private static let wholeLimit: Double = 0x1p53

    private static func writeNearPoint(_ decimal: ShortestDecimal, to bytes: inout MutableRawSpan, at offset: Int) -> Int {
        guard decimal.exponent >= 0 else { return DecimalText.writeFixed(decimal, to: &bytes, at: offset) }
        let end = DecimalText.write(decimal.significand, to: &bytes, at: offset)
        return DecimalText.writeZeros(decimal.exponent, to: &bytes, at: end)
    }

    private static func writeSpecial(_ value: Double, to bytes: inout MutableRawSpan, at offset: Int) -> Int {
        let text: StaticString = value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf"
        var word: UInt64 = 0
        for byte in text.description.utf8.reversed() { word = word << 8 | UInt64(byte) }
        DecimalText.store(word, to: &bytes, at: offset)
        return offset &+ text.utf8CodeUnitCount
    }

    /// Appends the fixed form of a number below 1e-6 or from 1e21, with up to 323 zeros.
    static func appendFarFromPoint(_ value: Double, to bytes: inout [UInt8]) {
        let decimal = ShortestDecimal(value.magnitude)
        if value.sign == .minus { bytes.append(UInt8(ascii: "-")) }
        let zero = UInt8(ascii: "0")
        if decimal.exponent >= 0 {
            appendInteger(decimal.significand, to: &bytes)
            bytes.append(contentsOf: repeatElement(zero, count: decimal.exponent))
        } else {
            bytes.append(zero)
            bytes.append(UInt8(ascii: "."))
            let zeros = -decimal.exponent - DecimalText.digitCount(decimal.significand)
            bytes.append(contentsOf: repeatElement(zero, count: max(0, zeros)))
            appendInteger(decimal.significand, to: &bytes)
        }
    }
}
