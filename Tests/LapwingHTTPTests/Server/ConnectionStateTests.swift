import Testing

@testable import LapwingHTTP

/// A connection driven by hand, with a clock of its own; nothing here waits.
private struct Script {
    var machine: ConnectionState
    let start = ContinuousClock.now
    var seconds = 0.0

    init(_ configure: (inout HTTPServerConfiguration) -> Void = { _ in }) {
        var configuration = HTTPServerConfiguration()
        configuration.headerTimeout = .seconds(10)
        configuration.bodyTimeout = .seconds(20)
        configuration.idleTimeout = .seconds(30)
        configuration.lingerTimeout = .seconds(2)
        configure(&configuration)
        machine = ConnectionState(configuration, now: start)
    }

    var now: ContinuousClock.Instant { start + .seconds(seconds) }

    /// When the deadline is, in seconds from the start.
    var deadline: Double? { machine.deadline.map { (($0 - start) / Duration.seconds(1) * 1000).rounded() / 1000 } }

    mutating func receive(_ text: String) -> String {
        machine.received(Array(text.utf8)[...])
        return run()
    }

    /// Everything that the machine wants done, as text.
    mutating func run() -> String {
        var actions: [String] = []
        while let action = machine.next(now: now) { actions.append(Self.text(action)) }
        return actions.joined(separator: ", ")
    }

    mutating func answer(keepsAlive: Bool = true) -> String {
        machine.answered(keepsAlive: keepsAlive, now: now)
        return run()
    }

    mutating func expire() -> String { machine.expire().map(Self.text) ?? "" }

    static func text(_ action: ConnectionState.Action) -> String {
        switch action {
        case .sendContinue: "continue"
        case .handle(let head, let body): "handle \(head.target.path) \(body.count)"
        case .refuse(let fault): "refuse \(fault.status.code)"
        case .close: "close"
        }
    }
}

@Suite struct ConnectionStateTests {
    private let get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func `a path below the prefix is seen without it, also by who says how large a body may be`() {
        var script = Script { configuration in
            configuration.pathPrefix = "/lap"
            configuration.bodyLimit = { $0.target.path == "/a" ? 2 : 1 }
        }
        for (path, outcome) in [("/lap/a", "handle /a 2"), ("/a", "handle /a 2"), ("/lap", "refuse 413")] {
            #expect(script.receive("POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab") == outcome)
            _ = script.answer()
        }
        var own = Script { configuration in
            configuration.pathPrefix = "/lap"
            configuration.isOwnPath = { $0.path == "/lap/a" }
        }
        for (path, outcome) in [("/lap/a", "handle /lap/a 0"), ("/lap/b", "handle /b 0")] {
            #expect(own.receive("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n") == outcome)
            _ = own.answer()
        }
        #expect(HTTPTarget("/lap//b%2Fc?d=/lap/")?.below("/lap") == HTTPTarget("//b%2Fc?d=/lap/"))
        #expect(HTTPTarget("/lapw/a")?.below("/lap") == nil && HTTPTarget("/lap/a")?.below("") == nil)
    }

    @Test func `one request is handled at a time, in order`() {
        var script = Script()
        #expect(script.receive(get + get.replacing("/a", with: "/b")) == "handle /a 0")
        #expect(!script.machine.wantsInput)
        #expect(script.machine.hasWork)
        #expect(script.answer() == "handle /b 0")
        #expect(script.answer() == "")
        #expect(script.machine.phase == .idle)
        #expect(script.machine.wantsInput)
    }

    @Test func `a header that comes too slowly is answered with 408`() {
        var script = Script()
        #expect(script.deadline == 10)
        script.seconds = 4
        #expect(script.receive("GET / HT") == "")
        #expect(script.machine.phase == .readingHead)
        #expect(script.deadline == 10, "more bytes give no more time")
        #expect(script.expire() == "refuse 408")
        #expect(script.answer() == "")
        #expect(script.machine.phase == .lingering)
        #expect(script.expire() == "close")
    }

    @Test func `a later request has its time from its own first byte`() {
        var script = Script()
        #expect(script.receive(get) == "handle /a 0")
        script.seconds = 100
        #expect(script.answer() == "")
        #expect(script.deadline == 130)
        script.seconds = 125
        #expect(script.receive("G") == "")
        #expect(script.deadline == 135)
        script.seconds = 126
        #expect(script.receive("E") == "")
        #expect(script.deadline == 135)
        #expect(script.machine.phase == .readingHead)
        #expect(script.expire() == "refuse 408")
    }

    @Test func `a body that comes too slowly is answered with 408`() {
        var script = Script()
        script.seconds = 1
        #expect(script.receive("PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na") == "")
        #expect(script.machine.phase == .readingBody)
        #expect(script.deadline == 21)
        script.seconds = 15
        #expect(script.receive("b") == "")
        #expect(script.deadline == 21)
        #expect(script.expire() == "refuse 408")
    }

    @Test func `an idle connection is closed without a word`() {
        var script = Script()
        #expect(script.expire() == "close")
        var later = Script()
        _ = later.receive(get)
        _ = later.answer()
        #expect(later.deadline == 30)
        #expect(later.expire() == "close")
    }

    @Test func `a handler has no deadline here`() {
        var script = Script()
        #expect(script.receive(get) == "handle /a 0")
        #expect(script.deadline == nil)
        #expect(script.expire() == "")
    }

    @Test(arguments: [
        ("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), "GET /a HTTP/1.0\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: x\r\nConnection: foo, Close\r\n\r\n",
    ])
    func `a client that wants no more is let go`(request: String) {
        var script = Script()
        #expect(script.receive(request + get) == "handle /a 0")
        #expect(script.machine.endsAfterAnswer)
        #expect(script.answer() == "")
        #expect(script.machine.phase == .lingering)
        script.machine.peerFinished()
        #expect(script.run() == "close")
    }

    @Test func `HTTP 1.0 with keep-alive is kept`() {
        var script = Script()
        #expect(script.receive("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n") == "handle /a 0")
        #expect(!script.machine.endsAfterAnswer)
    }

    @Test func `a client that only closed its side is still answered`() {
        var script = Script()
        script.machine.received(Array(get.utf8)[...])
        script.machine.peerFinished()
        #expect(script.run() == "handle /a 0")
        #expect(script.answer() == "close")
    }

    @Test func `a request cut off is not answered`() {
        var script = Script()
        #expect(script.receive("PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nab") == "")
        script.machine.peerFinished()
        #expect(script.run() == "close")
    }

    @Test func `a client that waits for leave to send gets it, if it may send`() {
        let head = "PUT /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: "
        var script = Script()
        #expect(script.receive(head + "3\r\n\r\n") == "continue")
        #expect(script.receive("abc") == "handle /a 3")
        var eager = Script()
        #expect(eager.receive(head + "3\r\n\r\nabc") == "handle /a 3")
        var large = Script { $0.limits.maxBodyBytes = 2 }
        #expect(large.receive(head + "3\r\n\r\n") == "refuse 413")
        var empty = Script()
        #expect(empty.receive(head + "0\r\n\r\n") == "handle /a 0")
        var odd = Script()
        #expect(odd.receive("PUT /a HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n") == "refuse 417")
    }

    @Test func `a route may have its own limit for bodies, for its own request only`() {
        var script = Script {
            $0.limits.maxBodyBytes = 2
            $0.bodyLimit = { $0.target.path == "/big" ? 10 : 2 }
        }
        let big = "PUT /big HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345"
        #expect(script.receive(big) == "handle /big 5")
        _ = script.answer()
        #expect(script.receive(big.replacing("/big", with: "/a")) == "refuse 413")
    }

    @Test func `nothing is understood after a fault`() {
        var script = Script()
        #expect(script.receive("GET / HTTP/1.1\r\nHost : x\r\n\r\n" + get) == "refuse 400")
        #expect(script.answer() == "")
        #expect(script.receive(get) == "")
        #expect(script.machine.phase == .lingering)
    }

    @Test func `draining ends what is idle, and the rest after its answer`() {
        var idle = Script()
        #expect(idle.machine.drain().map(Script.text) == "close")
        var busy = Script()
        #expect(busy.receive(get + get) == "handle /a 0")
        #expect(busy.machine.drain() == nil)
        #expect(busy.answer() == "close")
        var refused = Script()
        #expect(refused.receive("POST / HTTP/9.1\r\n") == "refuse 505")
        #expect(refused.machine.drain() == nil)
        #expect(refused.answer() == "")
        #expect(refused.machine.phase == .lingering)
        var reading = Script()
        #expect(reading.receive("GET /a HTTP/1.1\r\n") == "")
        #expect(reading.machine.drain() == nil)
        #expect(reading.receive("Host: x\r\n\r\n") == "handle /a 0")
        #expect(reading.machine.endsAfterAnswer)
    }
}
