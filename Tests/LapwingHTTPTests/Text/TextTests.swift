import Testing

@testable import LapwingHTTP

@Suite struct HTTPParametersTests {
    @Test func `a query is read as Go reads it`() throws {
        let form = try HTTPParameters(formText: "a=1&b=x+y&a=2&&c&=d&e=f=g&%61=3")
        #expect(form.values(of: "a") == ["1", "2", "3"])
        #expect(form["b"] == "x y")
        #expect(form["c"] == "")
        #expect(form[""] == "d")
        #expect(form["e"] == "f=g")
        #expect(form["missing"] == nil)
    }

    @Test(arguments: [
        ("a=%zz", #"invalid URL escape "%zz""#), ("a=1&b=%2", #"invalid URL escape "%2""#),
        ("a=%41%4", #"invalid URL escape "%4""#), ("a;b", "invalid semicolon separator in query"),
    ])
    func `a fault has Go's text`(text: String, expected: String) {
        let error = #expect(throws: HTTPFormError.self) { try HTTPParameters(formText: text) }
        #expect(error?.description == expected)
    }

    @Test func `parameters of the body come before those of the query`() throws {
        let request = try #require(
            HTTPRequest(
                .post, "/q?a=query&b=2", headers: ["content-type": "application/x-www-form-urlencoded; charset=utf-8"],
                body: Array("a=body&match[]=up".utf8)))
        let form = try request.form()
        #expect(form.values(of: "a") == ["body", "query"])
        #expect(form["b"] == "2")
        #expect(form["match[]"] == "up")
    }

    @Test func `a body is no form for GET or with another type`() throws {
        let type: HTTPHeaders = ["Content-Type": "application/x-www-form-urlencoded"]
        let get = try #require(HTTPRequest(.get, "/q?a=1", headers: type, body: Array("a=2".utf8)))
        #expect(try get.form().values(of: "a") == ["1"])
        let json = try #require(
            HTTPRequest(.post, "/q?a=1", headers: ["Content-Type": "text/plain"], body: Array("a=2".utf8)))
        #expect(try json.form().values(of: "a") == ["1"])
    }

    @Test func `form text is read back`() throws {
        let form: HTTPParameters = ["query": "a + b", "match[]": "{x=\"é\"}", "match[]": "&"]
        #expect(try HTTPParameters(formText: form.formText) == form)
    }
}

@Suite struct MediaTypeTests {
    @Test func `parameters are read with their quotes resolved`() throws {
        let type = try #require(MediaType("Text/Plain; Version=0.0.4;charset=\"a;\\\"b\" ; q=1"))
        #expect(type.essence == "text/plain")
        #expect(type.parameters["version"] == "0.0.4")
        #expect(type.parameters["charset"] == "a;\"b")
        #expect(type.parameters["q"] == "1")
    }

    @Test(arguments: ["", "text", "/plain", "text/", "te xt/plain", "a/b/c", ";"])
    func `what is no type is refused`(text: String) {
        #expect(MediaType(text) == nil)
    }
}

@Suite struct AcceptEncodingTests {
    @Test(arguments: [
        ("gzip", true), ("GZIP;q=0.5", true), ("deflate, gzip;q=1.0, *;q=0.5", true), ("*", true), ("gzip;q=0", false),
        ("gzip;q=0.000", false), ("*;q=0", false), ("identity", false), ("", false), ("br", false),
        ("identity;q=1, gzip;q=0.5", false), ("gzip;q=0.001", true), ("x-gzip", true), ("gzip ; q = 0", false),
        ("gzip;q=x", false), ("*;q=1, gzip;q=0", false),
    ])
    func `weights decide`(field: String, expected: Bool) {
        #expect(AcceptEncoding.acceptsGzip(["Accept-Encoding": field]) == expected)
    }
}

@Suite struct HTTPDateTests {
    @Test(arguments: [
        (Int64(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (1_709_208_000, "Thu, 29 Feb 2024 12:00:00 GMT"),
        (Int64.max, "Fri, 31 Dec 9999 23:59:59 GMT"), (Int64.min, "Mon, 01 Jan 0001 00:00:00 GMT"),
    ])
    func `times are written as RFC 9110 has them`(seconds: Int64, expected: String) {
        #expect(HTTPDate.text(secondsSinceEpoch: seconds) == expected)
    }
}

@Suite struct HTTPCredentialsTests {
    @Test func `basic authentication is RFC 7617's example`() {
        #expect(
            HTTPCredentials.basicAuthorization(user: "Aladdin", password: "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
    }
}

@Suite struct HTTPHeadersTests {
    @Test func `names compare without case and may repeat`() {
        var headers: HTTPHeaders = ["Accept": "a", "accept": "b, c,, d"]
        #expect(headers["ACCEPT"] == "a")
        #expect(headers.values(of: "accept") == ["a", "b, c,, d"])
        #expect(headers.list(of: "Accept") == ["a", "b", "c", "d"])
        #expect(headers.hasToken("C", in: "accept"))
        headers["aCCept"] = "z"
        #expect(headers.values(of: "accept") == ["z"])
        headers["accept"] = nil
        #expect(headers.isEmpty)
    }
}

@Suite struct SocketAddressTests {
    @Test func `host and port are taken apart`() {
        #expect(SocketAddress.split("localhost:80")?.host == "localhost")
        #expect(SocketAddress.split("[::1]:9090")?.host == "::1")
        #expect(SocketAddress.split(":9090")?.host == "")
        #expect(SocketAddress.split(":9090")?.port == 9090)
        for text in ["", "localhost", "localhost:", "::1:80", "a:65536", "a:-1", "a:x"] {
            #expect(SocketAddress.split(text) == nil, "\(text)")
        }
        #expect(SocketAddress(host: "::1", port: 1).description == "[::1]:1")
    }
}
