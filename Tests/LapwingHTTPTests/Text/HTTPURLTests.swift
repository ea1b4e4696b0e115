import Testing

@testable import LapwingHTTP

@Suite struct HTTPURLTests {
    @Test func `a URL is taken apart`() throws {
        let url = try HTTPURL("HTTPS://us%40er:p%3Aw@Example.COM:8443/a%20b/c?x=1&y=2#top")
        #expect(url.scheme == "https")
        #expect(url.user == "us@er")
        #expect(url.password == "p:w")
        #expect(url.host == "example.com")
        #expect(url.port == 8443)
        #expect(url.requestTarget == "/a%20b/c?x=1&y=2")
        #expect(url.authority == "example.com:8443")
        #expect(url.description == "https://example.com:8443/a%20b/c?x=1&y=2")
        #expect(url.redacted == "https://example.com:8443/…")
    }

    @Test(arguments: [
        ("http://a", "/", 80, "a"), ("https://a", "/", 443, "a"), ("http://a:80/", "/", 80, "a"),
        ("http://a:9090?x", "/?x", 9090, "a:9090"), ("http://[::1]:9090/m", "/m", 9090, "[::1]:9090"),
        ("http://a:/b", "/b", 80, "a"), ("http://a/b?c=http://d/e", "/b?c=http://d/e", 80, "a"),
    ])
    func `target, port and host field`(text: String, target: String, port: Int, authority: String) throws {
        let url = try HTTPURL(text)
        #expect(url.requestTarget == target)
        #expect(url.effectivePort == port)
        #expect(url.authority == authority)
    }

    @Test(arguments: [
        "", "localhost:9090", "ftp://a", "http://", "http:///x", "http://a b/", "http://a:99999/", "http://a:x/",
        "http://[::1/", "http://::1/", "http://a\r\nb/", "http://%zz@a/", "//a/b",
    ])
    func `what cannot be fetched is refused with a reason`(text: String) {
        let error = #expect(throws: HTTPURLError.self) { try HTTPURL(text) }
        #expect(error?.description.isEmpty == false)
    }

    /// The references of RFC 3986, section 5.4, that lead to http.
    @Test(arguments: [
        ("g", "/b/c/g"), ("./g", "/b/c/g"), ("g/", "/b/c/g/"), ("/g", "/g"), ("?y", "/b/c/d;p?y"), ("g?y", "/b/c/g?y"),
        ("", "/b/c/d;p?q"), (".", "/b/c/"), ("..", "/b/"), ("../g", "/b/g"), ("../..", "/"), ("../../../g", "/g"),
        ("g/../h", "/b/c/h"), ("g?y/../x", "/b/c/g?y/../x"), ("#s", "/b/c/d;p?q"),
    ])
    func `references are resolved`(reference: String, target: String) throws {
        let base = try HTTPURL("http://a/b/c/d;p?q")
        #expect(try base.resolving(reference).requestTarget == target)
    }

    @Test(arguments: [
        ("localhost:1", true), ("127.0.0.1", true), ("127.8.9.10:80", true), ("[::1]:9090", true), ("LOCALHOST", true),
        ("127.example.com", false), ("10.0.0.1", false), ("localhost.example.com", false), ("[::2]", false),
    ])
    func `an authority may name this machine`(authority: String, isLoopback: Bool) throws {
        #expect(try HTTPURL("http://\(authority)/metrics").isLoopback == isLoopback)
    }

    @Test func `a reference may name another host`() throws {
        let base = try HTTPURL("https://a/b")
        #expect(try base.resolving("//c/d").description == "https://c/d")
        #expect(try base.resolving("http://c:1/d").description == "http://c:1/d")
        #expect(throws: HTTPURLError.self) { try base.resolving("file:///etc/passwd").host == "etc" }
    }
}
