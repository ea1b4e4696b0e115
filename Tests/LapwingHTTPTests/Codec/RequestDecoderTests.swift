import SeededRandom
import Testing

@testable import LapwingHTTP

/// What a decoder made of a connection's bytes, as text that can be compared.
func transcript(ofRequests bytes: [UInt8], pieces: [Int], limits: HTTPLimits = HTTPLimits()) -> [String] {
    var decoder = RequestDecoder(limits: limits)
    var lines: [String] = []
    var offset = 0
    for length in pieces + [bytes.count] {
        let end = min(bytes.count, offset + length)
        decoder.append(bytes[offset..<end])
        offset = end
        do {
            while let event = try decoder.next() {
                switch event {
                case .head(let head, let framing):
                    lines.append(
                        "\(head.method) \(head.target.path)?\(head.target.rawQuery ?? "") 1.\(head.minorVersion) \(framing)"
                    )
                    lines += head.headers.fields.map { "\($0.name)=\($0.value)" }
                case .body(let body):
                    lines.append("body \(String(decoding: body, as: UTF8.self))")
                }
            }
        } catch {
            lines.append("\(error.status.code) \(error.message)")
            return lines
        }
        if offset == bytes.count { break }
    }
    return lines
}

/// The same however the bytes are cut; the transcript.
func steadyTranscript(_ text: String, limits: HTTPLimits = HTTPLimits()) -> [String] {
    let bytes = Array(text.utf8)
    let whole = transcript(ofRequests: bytes, pieces: [bytes.count], limits: limits)
    for size in [1, 2, 3, 7] {
        let pieces = Array(repeating: size, count: bytes.count / size + 1)
        #expect(transcript(ofRequests: bytes, pieces: pieces, limits: limits) == whole, "in pieces of \(size)")
    }
    return whole
}

@Suite struct RequestDecoderTests {
    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", ["GET /? 1.1 none", "Host=a", "body "]),
        ("\r\n\r\nGET /a%20b?c=d HTTP/1.0\r\n\r\n", ["GET /a b?c=d 1.0 none", "body "]),
        ("GET http://h:1/p?q HTTP/1.1\r\nHost:h\r\n\r\n", ["GET /p?q 1.1 none", "Host=h", "body "]),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", ["OPTIONS *? 1.1 none", "Host=a", "body "]),
        (
            "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /y HTTP/1.1\r\nHost: b\r\n\r\n",
            [
                "POST /x? 1.1 fixed(5)", "Host=a", "Content-Length=5", "body hello", "GET /y? 1.1 none", "Host=b",
                "body ",
            ]
        ),
        (
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "5\r\nhello\r\n1;ext=\"v\"\r\n,\r\n00A \r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n",
            ["POST /x? 1.1 chunked", "Host=a", "Transfer-Encoding=Chunked", "body hello,0123456789"]
        ),
        ("GET / HTTP/1.1\r\nHost: \t a \t\r\nX:\r\nY: é\r\n\r\n", ["GET /? 1.1 none", "Host=a", "X=", "Y=é", "body "]),
        ("GET / HTTP/1.7\r\nHost: a\r\n\r\n", ["GET /? 1.7 none", "Host=a", "body "]),
        (
            "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
            ["PUT /? 1.1 none", "Host=a", "Content-Length=0", "body "]
        ),
        ("GET / HTTP/1.1\r\nHost: a\r\n", []), ("GE", []), ("", []),
    ])
    func `a request gives the same events however it is cut`(text: String, expected: [String]) {
        #expect(steadyTranscript(text) == expected)
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\nHost: a\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\n\n", 400), ("GET /\r\n", 400), ("GET  HTTP/1.1\r\n", 400),
        (" / HTTP/1.1\r\n", 400),
        ("GET / HTTP/1.1 \r\n", 400), ("G@T / HTTP/1.1\r\n", 400), ("GET / http/1.1\r\n", 400),
        ("GET / HTTP/2.0\r\n", 505), ("PRI * HTTP/2.0\r\n\r\n", 505), ("GET /a b HTTP/1.1\r\n", 400),
        ("GET /%zz HTTP/1.1\r\n", 400), ("GET a HTTP/1.1\r\n", 400), ("GET /\u{1} HTTP/1.1\r\n", 400),
        ("\(String(repeating: "M", count: 33)) / HTTP/1.1\r\n", 501), ("\r\n\r\n\r\n\r\n\r\nGET", 400),
        ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\r\n", 400),
    ])
    func `a bad request line is refused with the right status`(text: String, status: Int) {
        #expect(steadyTranscript(text).last?.hasPrefix("\(status) ") == true)
    }

    @Test(arguments: [
        // Folded lines, white space before the colon, bare carriage returns, control characters.
        ("Host: a\r\n folded\r\n", 400), ("Host : a\r\n", 400), (" Host: a\r\n", 400), ("Host: a\rb\r\n", 400),
        ("Host: a\u{0}b\r\n", 400), ("Host\r\n", 400), (": a\r\n", 400), ("Ho st: a\r\n", 400), ("Hö: a\r\n", 400),
        // Host.
        ("X: a\r\n", 400), ("Host: a\r\nHost: a\r\n", 400),
        // Lengths and codings that two readers may take in two ways.
        ("Host: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400),
        ("Host: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n", 400),
        ("Host: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n", 400), ("Host: a\r\nContent-Length: 5, 5\r\n", 400),
        ("Host: a\r\nContent-Length: +5\r\n", 400), ("Host: a\r\nContent-Length: -5\r\n", 400),
        ("Host: a\r\nContent-Length: 0x5\r\n", 400), ("Host: a\r\nContent-Length:\r\n", 400),
        ("Host: a\r\nContent-Length: 99999999999999999999\r\n", 413),
        ("Host: a\r\nTransfer-Encoding: gzip, chunked\r\n", 501), ("Host: a\r\nTransfer-Encoding: identity\r\n", 501),
        ("Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 501),
        ("Host: a\r\nTransfer-Encoding: xchunked\r\n", 501),
        ("Host: a\r\nTransfer-Encoding: chunked, identity\r\n", 501),
        ("Host: a\r\nTransfer-Encoding: \u{B}chunked\r\n", 400), ("Host: a\r\nTransfer-Encoding:\r\n", 501),
        ("Host: a\r\nTransfer-Encoding : chunked\r\n", 400),
    ])
    func `a header that could be read in two ways is refused`(header: String, status: Int) {
        let lines = steadyTranscript("POST / HTTP/1.1\r\n" + header + "\r\n")
        #expect(lines.last?.hasPrefix("\(status) ") == true, "\(lines)")
    }

    @Test func `chunks are not known to HTTP 1.0`() {
        let lines = steadyTranscript("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        #expect(lines.last?.hasPrefix("400 ") == true)
    }

    @Test(arguments: [
        "\r\n", "x\r\n", "-1\r\n", "+1\r\na\r\n", "0x1\r\na\r\n", "1 1\r\na\r\n", "1\na\r\n", "1\r\nab\r\n", "1\r\na\n",
        "1\r\na0\r\n\r\n", "1234567890123456\r\n", "FFFFFFFFFFFFFFFFF\r\n", "1;\u{1}\r\na\r\n", "1;a\rb\r\na\r\n",
        " 1\r\na\r\n",
        "0\r\n folded\r\n\r\n", "0\r\n\n", "\(String(repeating: "0", count: 2000))",
    ])
    func `a broken chunk is refused`(body: String) {
        let lines = steadyTranscript("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
        #expect(lines.last?.hasPrefix("400 ") == true, "\(lines)")
    }

    @Test func `each limit has its status, and is met exactly`() {
        var limits = HTTPLimits()
        limits.maxRequestLineBytes = 20
        limits.maxHeaderBytes = 24
        limits.maxHeaderCount = 2
        limits.maxBodyBytes = 3
        let host = "Host: a\r\n"
        func status(_ text: String) -> String { String(steadyTranscript(text, limits: limits).last?.prefix(4) ?? "") }
        #expect(status("GET /1234567 HTTP/1.1\r\n\(host)\r\n") == "414 ")
        #expect(status("GET /123456 HTTP/1.1\r\n\(host)\r\n") == "body")
        #expect(status("GET / HTTP/1.1\r\n\(host)Long: 7890123\r\n\r\n") == "body")
        #expect(status("GET / HTTP/1.1\r\n\(host)Long: 78901234\r\n\r\n") == "431 ")
        #expect(status("GET / HTTP/1.1\r\n\(host)A:\r\n\r\n") == "body")
        #expect(status("GET / HTTP/1.1\r\n\(host)A:\r\nB:\r\n\r\n") == "431 ")
        limits.maxHeaderBytes = 100
        #expect(status("PUT / HTTP/1.1\r\n\(host)Content-Length: 3\r\n\r\nabc") == "body")
        #expect(status("PUT / HTTP/1.1\r\n\(host)Content-Length: 4\r\n\r\n") == "413 ")
        let chunked = "PUT / HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n"
        #expect(status(chunked + "3\r\nabc\r\n0\r\n\r\n") == "body")
        #expect(status(chunked + "2\r\nab\r\n2\r\n") == "413 ")
        #expect(status(chunked + "fffffffffffffff\r\n") == "413 ")
    }

    @Test func `random and mutated bytes end in events or a fault, the same however they are cut`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed)
        let samples = [
            "GET /a?b=c HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nHost: b\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n10;x=y\r\n0123456789abcdef\r\n0\r\nA: b\r\n\r\n",
        ].map { Array($0.utf8) }
        let alphabet = Array("\r\n :;,%0aF/\u{0}\t".utf8) + [0x7F, 0x80, 0xFF]
        for round in 0..<1500 {
            var bytes =
                round % 10 == 0 ? (0..<40).map { _ in UInt8(random.next() & 255) } : samples[round % samples.count]
            for _ in 0..<Int(random.next() % 4) {
                let place = Int(random.next() % UInt64(bytes.count))
                let byte = alphabet[Int(random.next() % UInt64(alphabet.count))]
                switch random.next() % 3 {
                case 0: bytes[place] = byte
                case 1: bytes.insert(byte, at: place)
                default: bytes.remove(at: place)
                }
            }
            let pieces = bytes.map { _ in Int(random.next() % 9) }
            #expect(
                transcript(ofRequests: bytes, pieces: pieces) == transcript(ofRequests: bytes, pieces: [bytes.count]),
                "seed \(seed), round \(round)")
        }
    }
}
