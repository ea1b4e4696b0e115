import Foundation
import Testing

@testable import LapwingHTTP

/// The server judged by a client that we did not write.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/curl"), "curl is not installed"))
struct CurlTests {
    private func curl(_ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        process.arguments = ["--silent", "--show-error", "--max-time", "10", "--noproxy", "*"] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    private static func answer(_ request: HTTPRequest) -> HTTPResponse {
        switch request.path {
        case "/form": return .text((try? request.form())?.formText ?? "")
        case "/count": return .text("\(request.body.count)")
        case "/stream":
            return HTTPResponse(
                contentType: "application/json",
                body: .stream { writer in
                    for number in 0..<20_000 { try writer.write("\(number),") }
                })
        default: return .text("\(request.method) \(request.headers["User-Agent"]?.prefix(5) ?? "")")
        }
    }

    @Test func `curl is content`() throws {
        let numbers = (0..<20_000).map { "\($0)," }.joined()
        try withServer(handler: Self.answer) { address, _ in
            let url = "http://\(address)"
            let first = try curl(url)
            #expect(first == "GET curl/")
            #expect(try curl("--head", url).hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(try curl("--data-urlencode", "query=up == 1", url + "/form?a=b") == "query=up%20%3D%3D%201&a=b")
            #expect(try curl(url + "/stream") == numbers)
            #expect(try curl("--compressed", url + "/stream") == numbers)
            #expect(try curl("--http1.0", url + "/stream") == numbers)
            #expect(try curl("-H", "Transfer-Encoding: chunked", "-d", "12345", url + "/count") == "5")
            #expect(try curl("-H", "Expect: 100-continue", "-d", "12345", url + "/count") == "5")
            #expect(try curl("-w", " %{num_connects}", url, url) == "GET curl/ 1GET curl/ 0")
        }
    }

    /// Blocks are sent from where they are, crumbs are gathered: what lies between them must stay in order.
    @Test func `a stream of blocks and crumbs arrives as it was written`() throws {
        let pieces = [10, 70_000, 65_536, 1, 65_535, 3, 300_001, 131_072, 0, 5].enumerated().map { index, count in
            (0..<count).map { UInt8(ascii: "a") + UInt8(($0 / 7 + index) % 26) }
        }
        let whole = String(decoding: pieces.flatMap { $0 }, as: UTF8.self)
        let answer: @Sendable (HTTPRequest) -> HTTPResponse = { _ in
            HTTPResponse(contentType: "text/plain", body: .stream { writer in for piece in pieces { try writer.write(piece) } })
        }
        try withServer(handler: answer) { (address: SocketAddress, _: HTTPServer) throws in
            let url = "http://\(address)"
            #expect(try curl(url) == whole)
            #expect(try curl("--compressed", url) == whole)
            #expect(try curl("--http1.0", url) == whole)
            #expect(try curl("--head", url).hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test func `curl is told why its upload was refused`() throws {
        try withServer {
            $0.limits.maxBodyBytes = 100
        } _: { address, _ in
            let body = String(repeating: "x", count: 50_000)
            let status = try curl("-o", "/dev/null", "-w", "%{http_code}", "-d", body, "http://\(address)")
            #expect(status == "413")
        }
    }
}
