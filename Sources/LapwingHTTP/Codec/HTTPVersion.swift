/// The version in a message's first line (RFC 9112, section 2.3).
enum HTTPVersion {
    /// The minor number of `HTTP/1.x`.
    ///
    /// - Throws: `malformed` for what is no version, 505 for another major number.
    static func minor(of text: ArraySlice<UInt8>, else malformed: HTTPFault) throws(HTTPFault) -> Int {
        let bytes = Array(text)
        guard bytes.count == 8, bytes.starts(with: "HTTP/".utf8), HTTPCharacters.isDigit(bytes[5]),
            bytes[6] == UInt8(ascii: "."), HTTPCharacters.isDigit(bytes[7])
        else { throw malformed }
        guard bytes[5] == UInt8(ascii: "1") else {
            throw HTTPFault(.versionNotSupported, "HTTP version \(bytes[5] - 0x30) is not supported; expected HTTP/1.1")
        }
        return Int(bytes[7] - 0x30)
    }
}
