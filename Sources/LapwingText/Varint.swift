/// Numbers of seven bits a byte, least significant first, as protocol buffers and Go's `encoding/binary` write them.
extension [UInt8] {
    public mutating func appendVarint(_ number: UInt64) {
        var number = number
        while number >= 0x80 {
            append(UInt8(truncatingIfNeeded: number) | 0x80)
            number >>= 7
        }
        append(UInt8(number))
    }
}
