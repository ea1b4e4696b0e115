import LapwingHTTP
import LapwingPage
import LapwingText

/// The page at `/`, with what a browser needs to keep it and to trust it.
struct PageEndpoint: Sendable {
    private let document: HTTPResponse
    private let compressed: HTTPResponse
    private let unchanged: HTTPResponse
    private let tag: String

    /// Paths of Prometheus' page that lead here too: notifications and bookmarks have them.
    static let paths = ["/", "/graph", "/query", "/alerts", "/rules", "/targets", "/status"]

    init(_ page: PageDocument = PageDocument()) {
        // The two digests cover all that ever changes, the frame aside, which goes in as well.
        let digest = SHA256.digest(of: page.bytes)
        tag = "W/\"\(Hexadecimal.encode(digest.prefix(12)))\""
        let kept: HTTPHeaders = ["ETag": tag, "Cache-Control": "no-cache"]
        var headers = kept
        headers.add("Content-Type", "text/html; charset=utf-8")
        headers.add("Content-Security-Policy", Self.policy(page))
        headers.add("X-Content-Type-Options", "nosniff")
        headers.add("Referrer-Policy", "same-origin")
        document = HTTPResponse(headers: headers, body: .bytes(page.bytes))
        headers.add("Content-Encoding", "gzip")
        headers.add("Vary", "Accept-Encoding")
        compressed = HTTPResponse(headers: headers, body: .bytes(Gzip.compress(page.bytes, level: 9)))
        unchanged = HTTPResponse(status: .notModified, headers: kept)
    }

    /// A `HEAD` is the server's to shorten.
    func page(_ request: HTTPRequest) -> HTTPResponse {
        let known = request.headers.list(of: "If-None-Match")
        // The comparison is the weak one (RFC 9110, section 13.1.2): both marks may be there or not.
        if known.contains("*") || known.contains(where: { $0 == tag || "W/" + $0 == tag }) { return unchanged }
        return AcceptEncoding.acceptsGzip(request.headers) ? compressed : document
    }

    /// Only the style and the script of the document itself, and requests to this server alone.
    private static func policy(_ page: PageDocument) -> String {
        func source(_ digest: [UInt8]) -> String { "'sha256-\(Base64.encode(digest))'" }
        return "default-src 'none'; connect-src 'self'; img-src data:; style-src \(source(page.styleDigest)); "
            + "script-src \(source(page.scriptDigest)); base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    }
}
