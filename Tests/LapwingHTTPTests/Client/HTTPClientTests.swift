import Dispatch
import Synchronization
import Testing

@testable import LapwingHTTP

private let endOfHead = "\r\n\r\n"
private let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

/// Starts a server, and stops it when the body is done.
private func withServer(
    _ handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse, _ body: (String) async throws -> Void
) async throws {
    let server = HTTPServer(configuration: HTTPServerConfiguration(), handler: handler)
    let address = try server.start()
    do {
        try await body("http://\(address)")
    } catch {
        await server.shutdown(grace: .seconds(1))
        throw error
    }
    await server.shutdown(grace: .seconds(1))
}

private func reason(_ client: any HTTPClient, _ request: HTTPClientRequest) async -> HTTPClientError.Reason? {
    do {
        _ = try await client.send(request)
        return nil
    } catch {
        return error.reason
    }
}

/// What any client has to do, over real connections to our own server.
@Suite struct HTTPClientTests {
    private let client = SocketHTTPClient()

    @Test func `method, target, headers and body arrive, and the answer comes back`() async throws {
        try await withServer { request in
            let text = "\(request.method) \(request.target.rawQuery ?? "") \(request.headers["X-Test"] ?? "") "
            return HTTPResponse(
                status: .accepted, headers: ["X-Reply": "yes"], body: .bytes(Array(text.utf8) + request.body))
        } _: { url in
            let response = try await client.send(
                HTTPClientRequest(
                    method: .post, url: url + "/path?a=b%20c", headers: ["X-Test": "t"], body: Array("body".utf8)))
            #expect(response.status == .accepted)
            #expect(response.headers["x-reply"] == "yes")
            #expect(response.text == "POST a=b%20c t body")
        }
    }

    @Test func `a compressed answer is decompressed within the limit`() async throws {
        let text = String(repeating: "up 1\n", count: 10_000)
        try await withServer { _ in
            .text(text)
        } _: { url in
            let response = try await client.send(HTTPClientRequest(url: url))
            #expect(response.text == text)
            #expect(response.headers["Content-Encoding"] == nil)
            let limited = HTTPClientRequest(url: url, maxResponseBytes: 49_999)
            #expect(await reason(client, limited) == .responseTooLarge(limit: 49_999))
        }
    }

    @Test func `redirects are followed, or not, up to ten, and none without the body where it has to arrive`() async throws {
        try await withServer { request in
            switch request.path {
            case "/start": HTTPResponse(status: .seeOther, headers: ["Location": "/next?x=1"])
            case "/same": HTTPResponse(status: .temporaryRedirect, headers: ["Location": "next"])
            case "/loop": HTTPResponse(status: .found, headers: ["Location": "/loop"])
            default: .text("\(request.method) \(request.target.rawPath) \(request.body.count)")
            }
        } _: { url in
            let body = Array("abc".utf8)
            let other = try await client.send(HTTPClientRequest(method: .post, url: url + "/start", body: body))
            #expect(other.text == "GET /next 0")
            let same = try await client.send(HTTPClientRequest(method: .post, url: url + "/same", body: body))
            #expect(same.text == "POST /next 3")
            let kept = try await client.send(HTTPClientRequest(url: url + "/start", followsRedirects: false))
            #expect(kept.status == .seeOther)
            var telling = HTTPClientRequest(method: .post, url: url + "/start", body: body)
            telling.keepsBody = true
            #expect(try await client.send(telling).status == .seeOther)
            telling.url = url + "/same"
            #expect(try await client.send(telling).text == "POST /next 3")
            #expect(await reason(client, HTTPClientRequest(url: url + "/loop")) == .tooManyRedirects(limit: 10))
        }
    }

    @Test func `an answer that does not come in time is given up in time`() async throws {
        let server = try ScriptedServer([[.expect(endOfHead), .hold]])
        let begin = ContinuousClock.now
        let request = HTTPClientRequest(url: server.url, timeout: .milliseconds(150))
        #expect(await reason(client, request) == .timedOut)
        let taken = ContinuousClock.now - begin
        #expect(taken >= .milliseconds(149))
        // The tests block Swift's pool, so how late the task resumes says little; SocketHTTPClientTests look closer.
        #expect(taken < .seconds(8))
    }

    @Test func `a cancelled task ends the request`() async throws {
        let server = try ScriptedServer([[.expect(endOfHead), .hold]])
        let begin = ContinuousClock.now
        let task = Task { await reason(client, HTTPClientRequest(url: server.url)) }
        try await Task.sleep(for: .milliseconds(50))
        task.cancel()
        #expect(await task.value == .cancelled)
        #expect(ContinuousClock.now - begin < .seconds(5))
    }

    @Test func `a refused connection is told as Go tells it`() async throws {
        // A port that was free a moment ago has nobody behind it.
        let (listener, address) = try Socket.listen(host: "127.0.0.1", port: 0, backlog: 1)
        Socket.close(listener)
        do {
            _ = try await client.send(HTTPClientRequest(url: "http://u:p@\(address)/metrics"))
            Issue.record("connected to \(address)")
        } catch {
            #expect("\(error)" == "Get \"http://\(address)/metrics\": dial tcp \(address): connect: connection refused")
            #expect(error.isTransient)
        }
    }

    @Test(arguments: ["", "ftp://a/", "localhost:1", "http://", "http://a:x/"])
    func `what is no URL is refused`(url: String) async {
        guard case .invalidURL = await reason(client, HTTPClientRequest(url: url)) else {
            Issue.record("\(url) was not refused")
            return
        }
    }
}

@Suite struct SocketHTTPClientTests {
    @Test func `the request is written as it should be`() async throws {
        let server = try ScriptedServer([[.expect(endOfHead), .send(ok)]])
        let response = try await SocketHTTPClient().send(
            HTTPClientRequest(url: "http://us%40er:pass@\(server.address)/m?x=1", headers: ["Accept": "text/plain"]))
        #expect(response.text == "ok")
        while server.requests.isEmpty { await Task.yield() }
        #expect(
            server.requests == [
                "GET /m?x=1 HTTP/1.1\r\nHost: \(server.address)\r\nUser-Agent: Lapwing\r\nAccept-Encoding: gzip\r\n"
                    + "Accept: text/plain\r\nAuthorization: \(HTTPCredentials.basicAuthorization(user: "us@er", password: "pass"))\r\n\r\n"
            ])
    }

    @Test func `a connection is used again`() async throws {
        let server = try ScriptedServer([[.expect(endOfHead), .send(ok), .expect(endOfHead), .send(ok)]])
        let client = SocketHTTPClient()
        for _ in 0..<2 { #expect(try await client.send(HTTPClientRequest(url: server.url)).text == "ok") }
    }

    @Test func `connections of many requests at once are all used again`() async throws {
        let arrived = Mutex(0)
        let addresses = Mutex<Set<String>>([])
        let gate = DispatchSemaphore(value: 0)
        try await withServer { request in
            addresses.withLock { _ = $0.insert(request.remoteAddress) }
            // All sixteen of a wave are under way at once.
            let count = arrived.withLock { count in
                count += 1
                return count
            }
            if count % 16 == 0 { for _ in 0..<15 { gate.signal() } } else { gate.wait() }
            return .text("ok")
        } _: { url in
            let client = SocketHTTPClient()
            for _ in 0..<3 {
                try await withThrowingTaskGroup { group in
                    for _ in 0..<16 { group.addTask { _ = try await client.send(HTTPClientRequest(url: url)) } }
                    try await group.waitForAll()
                }
            }
        }
        #expect(addresses.withLock(\.count) == 16)
    }

    @Test(arguments: [false, true])
    func `a wait for much that is to come ends when it is there, or the other side ends`(_ ends: Bool) throws {
        let (listener, address) = try Socket.listen(host: "127.0.0.1", port: 0, backlog: 1)
        defer { Socket.close(listener) }
        let sender = try RawClient(address)
        #expect(Socket.wait(listener, for: .readable, until: .now + .seconds(5)))
        guard case .connection(let descriptor, _) = Socket.accept(listener) else { throw SocketError(operation: "accept", code: 0, reason: "") }
        defer { Socket.close(descriptor) }
        func isThere(_ awaited: Int, within wait: Duration) -> Bool { Socket.waitToRead(descriptor, awaiting: awaited, until: .now + wait) }
        try sender.send([UInt8](repeating: 0, count: 1_000))
        #expect(isThere(1_000, within: .seconds(5)))
        #expect(!isThere(100_000, within: .milliseconds(50)))
        // Such a wait leaves nothing behind that would hold up the next.
        #expect(isThere(0, within: .seconds(5)))
        if ends { Socket.finishSending(sender.descriptor) } else { try sender.send([UInt8](repeating: 0, count: 100_000)) }
        #expect(isThere(100_000, within: .seconds(5)))
    }

    @Test func `a kept connection that the server closed is replaced unnoticed`() async throws {
        let server = try ScriptedServer([[.expect(endOfHead), .send(ok)], [.expect(endOfHead), .send(ok)]])
        let client = SocketHTTPClient()
        #expect(try await client.send(HTTPClientRequest(url: server.url)).text == "ok")
        while server.requests.isEmpty { await Task.yield() }
        #expect(try await client.send(HTTPClientRequest(method: .post, url: server.url)).text == "ok")
    }

    @Test func `a request that a kept connection swallowed is repeated only if it may be`() async throws {
        let swallow: [ScriptedServer.Step] = [.expect(endOfHead), .send(ok), .expect(endOfHead)]
        let server = try ScriptedServer([swallow, [.expect(endOfHead), .send(ok)]])
        let client = SocketHTTPClient()
        #expect(try await client.send(HTTPClientRequest(url: server.url)).text == "ok")
        #expect(try await client.send(HTTPClientRequest(url: server.url)).text == "ok")
        let other = try ScriptedServer([swallow, [.expect(endOfHead), .send(ok)]])
        #expect(try await client.send(HTTPClientRequest(url: other.url)).text == "ok")
        #expect(await reason(client, HTTPClientRequest(method: .post, url: other.url)) == .connectionLost("EOF"))
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", HTTPClientError.Reason.connectionLost("unexpected EOF")),
        ("", .connectionLost("EOF")),
        ("SSH-2.0-x\r\n", .malformedResponse("malformed HTTP response \"SSH-2.0-x\"")),
        ("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", .responseTooLarge(limit: 10)),
        ("HTTP/1.1 200 OK\r\n\r\n01234567890", .responseTooLarge(limit: 10)),
        (
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
            .malformedResponse("gzip: invalid data: incorrect header check")
        ),
    ])
    func `a bad answer is told apart`(answer: String, expected: HTTPClientError.Reason) async throws {
        let server = try ScriptedServer([[.expect(endOfHead), .send(answer)]])
        let request = HTTPClientRequest(url: server.url, maxResponseBytes: 10)
        #expect(await reason(SocketHTTPClient(), request) == expected)
    }

    @Test func `an answer that comes before the request was read is taken`() async throws {
        let refusal = "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno"
        let server = try ScriptedServer([[.expect(endOfHead), .send(refusal), .hold]])
        let body = [UInt8](repeating: 65, count: 1 << 20)
        let response = try await SocketHTTPClient().send(HTTPClientRequest(method: .put, url: server.url, body: body))
        #expect(response.status == .contentTooLarge)
    }

    @Test(arguments: ["localhost", "127.0.0.1"]) func `credentials do not go to another host, nor to another port of it`(host: String) async throws {
        let target = try ScriptedServer([[.expect(endOfHead), .send(ok)]])
        let location = "Location: http://\(host):\(target.address.port)/x\r\n"
        let first = try ScriptedServer([
            [.expect(endOfHead), .send("HTTP/1.1 302 Found\r\n\(location)Content-Length: 0\r\n\r\n")]
        ])
        let headers: HTTPHeaders = ["Authorization": "Bearer secret", "X-Other": "kept"]
        _ = try await SocketHTTPClient().send(HTTPClientRequest(url: first.url, headers: headers))
        while target.requests.isEmpty { await Task.yield() }
        #expect(target.requests.first?.contains("secret") == false)
        #expect(target.requests.first?.contains("X-Other: kept") == true)
    }

    @Test func `the time-out holds amid an answer too`() throws {
        let server = try ScriptedServer([
            [.expect(endOfHead), .send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na"), .hold]
        ])
        let url = try HTTPURL(server.url)
        let idle = IdleConnections(maxPerHost: 1, maxCount: 1, timeout: .seconds(1))
        let begin = ContinuousClock.now
        let exchange = ClientExchange(
            HTTPClientRequest(url: server.url), url, idle, HostResolver(maxLookups: 1), deadline: begin + .milliseconds(120))
        #expect(exchange.run() == .failure(.timedOut))
        let taken = ContinuousClock.now - begin
        #expect(taken >= .milliseconds(120))
        #expect(taken < .seconds(5))
    }

    @Test func `a name without an address is told`() async {
        let failure = await reason(SocketHTTPClient(), HTTPClientRequest(url: "http://does-not-exist.invalid/"))
        #expect(failure == .unresolved("does-not-exist.invalid"))
    }

    @Test func `a hundred requests at once are all answered`() async throws {
        try await withServer {
            .text($0.path)
        } _: { url in
            let client = SocketHTTPClient()
            let texts = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<100 {
                    group.addTask { try await client.send(HTTPClientRequest(url: "\(url)/\(number)")).text }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(texts == Set((0..<100).map { "/\($0)" }))
        }
    }
}
