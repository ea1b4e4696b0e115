import Foundation
import LapwingHTTP
import LapwingPage
import LapwingPromQL
import LapwingText
import Testing

@testable import LapwingServer

@Suite struct `The page is served` {
    private let endpoint = PageEndpoint()

    private func answer(_ headers: HTTPHeaders = [:], path: String = "/") throws -> HTTPResponse {
        endpoint.page(try #require(HTTPRequest(.get, path, headers: headers)))
    }

    private func bytes(_ response: HTTPResponse) -> [UInt8] {
        guard case .bytes(let bytes) = response.body else { return [] }
        return bytes
    }

    @Test func `whole, and small where the client can read that`() throws {
        let plain = try answer()
        #expect(plain.status == .ok && plain.headers["Content-Type"] == "text/html; charset=utf-8")
        #expect(bytes(plain) == PageDocument().bytes)
        let small = try answer(["Accept-Encoding": "br, gzip;q=0.8"])
        #expect(small.headers["Content-Encoding"] == "gzip" && small.headers["Vary"] == "Accept-Encoding")
        #expect(bytes(small).count < bytes(plain).count / 3)
        #expect(try Gzip.decompress(bytes(small), limit: 1 << 20) == bytes(plain))
    }

    @Test func `not again to a browser that has it`() throws {
        let tag = try #require(try answer().headers["ETag"])
        #expect(try answer(["Accept-Encoding": "gzip"]).headers["ETag"] == tag)
        for known in [tag, "\"other\", \(tag)", String(tag.dropFirst(2)), "*"] {
            let response = try answer(["If-None-Match": known])
            #expect(response.status == .notModified && bytes(response).isEmpty && response.headers["ETag"] == tag, "\(known)")
        }
        #expect(try answer(["If-None-Match": "W/\"other\""]).status == .ok)
        #expect(try answer().headers["Cache-Control"] == "no-cache")
    }

    @Test func `with a policy that lets in its own style and script by their digests, and nothing else`() throws {
        let document = PageDocument()
        let policy = try #require(try answer().headers["Content-Security-Policy"])
        let directives = policy.split(separator: ";").map { $0.drop { $0 == " " } }
        #expect(directives.contains("default-src 'none'") && directives.contains("connect-src 'self'"))
        #expect(directives.contains("script-src 'sha256-\(Base64.encode(document.scriptDigest))'"))
        #expect(directives.contains("style-src 'sha256-\(Base64.encode(document.styleDigest))'"))
        for open in ["unsafe-inline", "unsafe-eval", "http:", "https:", "*"] { #expect(!policy.contains(open), "\(open)") }
        #expect(try answer().headers["X-Content-Type-Options"] == "nosniff")
    }

    @Test func `with a completion that knows every function and every word of aggregation`() throws {
        let text = String(decoding: PageDocument().bytes, as: UTF8.self)
        func names(of list: String) throws -> [String] {
            let start = try #require(text.range(of: "const \(list) = [\n"))
            let end = try #require(text.range(of: "\n];", range: start.upperBound..<text.endIndex))
            return text[start.upperBound..<end.lowerBound].matches(of: /\["(\w+)", "/).map { String($0.1) }
        }
        #expect(try names(of: "FUNCTIONS") == Function.all.map(\.name))
        #expect(Set(try names(of: "AGGREGATIONS")) == Set(AggregationOperator.allCases.map(\.rawValue)))
    }
}
