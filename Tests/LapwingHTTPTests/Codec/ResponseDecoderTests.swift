import Testing

@testable import LapwingHTTP

@Suite struct ResponseDecoderTests {
    /// Status, body or fault, and whether the connection can be used again.
    private func read(_ text: String, to method: HTTPMethod, size: Int, limits: HTTPLimits, closes: Bool) -> String {
        var decoder = ResponseDecoder(to: method, limits: limits)
        let bytes = Array(text.utf8)
        var result = ""
        do {
            for start in stride(from: 0, to: bytes.count, by: size) {
                decoder.append(bytes[start..<min(start + size, bytes.count)])
                while let event = try decoder.next() {
                    switch event {
                    case .head(let status, _): result += "\(status.code) "
                    case .body(let body): result += String(decoding: body, as: UTF8.self) + "."
                    }
                }
            }
            if closes, !result.hasSuffix(".") { result += String(decoding: try decoder.finish(), as: UTF8.self) + "." }
        } catch {
            result += "fault \(error.status.code)"
        }
        return result + (decoder.allowsReuse ? " kept" : "")
    }

    private func steady(_ text: String, to method: HTTPMethod = .get, _ limits: HTTPLimits = HTTPLimits()) -> String {
        let whole = read(text, to: method, size: max(1, text.utf8.count), limits: limits, closes: true)
        for size in [1, 2, 5] {
            #expect(read(text, to: method, size: size, limits: limits, closes: true) == whole)
        }
        return whole
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "200 abc. kept"),
        ("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "200 . kept"),
        ("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", "200 a."),
        ("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\na", "200 a. kept"),
        ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na", "200 a."),
        ("HTTP/1.1 200 OK\r\n\r\nuntil the end", "200 until the end."),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nX: y\r\n\r\n",
            "200 abc. kept"
        ),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
            "204 . kept"
        ),
        ("HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n", "304 . kept"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", "200 fault 502"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", "200 fault 502"),
        ("SSH-2.0-OpenSSH\r\n", "fault 502"), ("HTTP/1.1 20 OK\r\n", "fault 502"), ("HTTP/1.1 099 OK\r\n", "fault 502"),
        ("HTTP/2 200\r\n", "fault 502"), ("", "fault 502"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "fault 502"),
    ])
    func `a response is read the same however it is cut`(text: String, expected: String) {
        #expect(steady(text) == expected)
    }

    /// Small exporters write heads as it comes, and Go reads them.
    @Test(arguments: [
        ("HTTP/1.1 200 OK\nA: b\nContent-Length: 3\n\nabc", "200 abc. kept"), ("HTTP/1.0 200 OK\nA: b\r\n\nabc", "200 abc."),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\ncontent-length: 3\r\n\r\nabc", "200 abc. kept"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", "fault 400"),
        ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n1\na\n0\n\n", "200 fault 400"),
    ])
    func `a head is read as Go reads it`(text: String, expected: String) {
        #expect(steady(text) == expected)
    }

    @Test func `a head may be as large as Go takes it`() {
        let fields = (0..<200).map { "X-\($0): \(String(repeating: "x", count: 1000))\r\n" }.joined()
        let text = "HTTP/1.1 200 OK\r\n\(fields)Content-Length: 1\r\n\r\na"
        for (limits, expected) in [(HTTPLimits.answer(maxBodyBytes: 1), "200 a. kept"), (HTTPLimits(), "fault 431")] {
            #expect(read(text, to: .get, size: 16_384, limits: limits, closes: false) == expected)
        }
    }

    @Test func `an answer to HEAD has no body whatever its length says`() {
        #expect(steady("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n", to: .head) == "200 . kept")
    }

    @Test func `bytes behind an answer forbid another request`() {
        #expect(read("HTTP/1.1 204 X\r\n\r\nHTTP", to: .get, size: 99, limits: HTTPLimits(), closes: false) == "204 .")
    }

    @Test func `a body over the limit is refused as soon as it is known`() {
        var limits = HTTPLimits()
        limits.maxBodyBytes = 2
        #expect(steady("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", limits) == "200 fault 413")
        #expect(steady("HTTP/1.1 200 OK\r\n\r\nabc", limits) == "200 fault 413")
        #expect(steady("HTTP/1.1 200 OK\r\n\r\nab", limits) == "200 ab.")
    }

    private func steady(_ text: String, _ limits: HTTPLimits) -> String { steady(text, to: .get, limits) }
}

@Suite struct MessageEncoderTests {
    @Test func `a value cannot write a header of its own`() {
        let head = MessageEncoder.head(
            of: .ok, ["X\r\nEvil": "a\r\nSet-Cookie: b", "content-length": "7"], framing: .fixed(1))
        let text = String(decoding: head, as: UTF8.self)
        #expect(text == "HTTP/1.1 200 OK\r\nX  Evil: a  Set-Cookie: b\r\nContent-Length: 1\r\n\r\n")
    }

    @Test func `a request announces its body`() {
        let head = MessageEncoder.head(of: .post, target: "/a b", ["Host": "h"], bodyCount: 0)
        #expect(String(decoding: head, as: UTF8.self) == "POST /a b HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")
    }
}
