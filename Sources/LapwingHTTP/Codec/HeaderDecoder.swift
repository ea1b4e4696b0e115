/// Reads field lines up to the empty line (RFC 9112, section 5): the part that requests, responses and trailers share.
struct HeaderDecoder: Sendable {
    private(set) var headers = HTTPHeaders()
    private var byteCount = 0
    /// Whether a line may end in a line feed alone, as RFC 9112, section 2.2, lets a recipient take it.
    private let takesBareLineFeeds: Bool

    init(takesBareLineFeeds: Bool = false) { self.takesBareLineFeeds = takesBareLineFeeds }

    /// Reads on; true once the empty line has come.
    ///
    /// - Throws: 431 over a limit; 400 for folded lines, spaces before the colon, bare carriage returns and other bytes
    ///   that servers have disagreed about.
    mutating func read(_ buffer: inout InputBuffer, limits: HTTPLimits) throws(HTTPFault) -> Bool {
        while true {
            switch buffer.takeLine(limit: limits.maxHeaderBytes - byteCount) {
            case .incomplete:
                return false
            case .tooLong:
                throw HTTPFault(.headerFieldsTooLarge, "the header has more than \(limits.maxHeaderBytes) bytes")
            case .whole(let line, let endsInCarriageReturn):
                guard endsInCarriageReturn || takesBareLineFeeds else {
                    throw HTTPFault(.badRequest, "a header line ends in a bare line feed; expected CR LF")
                }
                if line.isEmpty { return true }
                byteCount += line.count + 2
                guard byteCount <= limits.maxHeaderBytes else {
                    throw HTTPFault(.headerFieldsTooLarge, "the header has more than \(limits.maxHeaderBytes) bytes")
                }
                guard headers.count < limits.maxHeaderCount else {
                    throw HTTPFault(.headerFieldsTooLarge, "the header has more than \(limits.maxHeaderCount) fields")
                }
                try readField(buffer.bytes, line)
            }
        }
    }

    private mutating func readField(_ bytes: [UInt8], _ line: Range<Int>) throws(HTTPFault) {
        guard !HTTPCharacters.isWhite(bytes[line.lowerBound]) else {
            throw HTTPFault(.badRequest, "a header line starts with white space; folded lines are not allowed")
        }
        var colon = line.lowerBound
        while colon < line.upperBound, HTTPCharacters.isToken(bytes[colon]) { colon += 1 }
        guard colon > line.lowerBound, colon < line.upperBound, bytes[colon] == HTTPCharacters.colon else {
            throw HTTPFault(.badRequest, "malformed header line; expected a name, a colon and a value")
        }
        var first = colon + 1
        var end = line.upperBound
        while first < end, HTTPCharacters.isWhite(bytes[first]) { first += 1 }
        while end > first, HTTPCharacters.isWhite(bytes[end - 1]) { end -= 1 }
        for index in first..<end where !HTTPCharacters.isFieldValue(bytes[index]) {
            let code = String(bytes[index], radix: 16)
            throw HTTPFault(.badRequest, "a header's value holds the control character 0x\(code)")
        }
        headers.add(
            String(decoding: bytes[line.lowerBound..<colon], as: UTF8.self),
            String(decoding: bytes[first..<end], as: UTF8.self))
    }
}
