import LapwingHTTP
import LapwingSeries
import Synchronization
import Testing

@testable import LapwingNotify

/// Answers by the request's address, and remembers what came.
private final class ScriptedClient: HTTPClient, Sendable {
    let requests = Mutex<[HTTPClientRequest]>([])
    let answer: @Sendable (HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse

    init(_ answer: @escaping @Sendable (HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse) { self.answer = answer }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        requests.withLock { $0.append(request) }
        return try await answer(request)
    }

    func count(_ part: String) -> Int { requests.withLock { $0.count { $0.url.contains(part) } } }
}

/// A data directory's notes, on a disk that may be full.
private final class NoteBox: NoteKeeper, Sendable {
    private let state = Mutex<(notes: [String: [UInt8]], isFull: Bool, syncs: Int)>(([:], false, 0))

    var syncs: Int { state.withLock { $0.syncs } }

    func fill(_ isFull: Bool) { state.withLock { $0.isFull = isFull } }

    func setNotes(_ notes: [Note]) throws(AppendError) {
        if state.withLock({ $0.isFull }) { throw AppendError(.storageFull, "no space") }
        state.withLock { state in for note in notes { state.notes[note.key] = note.value } }
    }

    func notes(beginning prefix: String) -> [Note] { state.withLock { $0.notes.filter { $0.key.hasPrefix(prefix) }.map { Note($0.key, $0.value) } } }

    func syncNotes() throws(AppendError) { state.withLock { $0.syncs += 1 } }
}

@Suite(.timeLimit(.minutes(1))) struct `The sender of notifications` {
    private let time = Timestamp(milliseconds: 1_000_000)

    private func alert(_ name: String) -> NotifiedAlert {
        NotifiedAlert(labels: Labels(metric: "", ["alertname": name]), startsAt: time, validUntil: time + .seconds(240))
    }

    private func surroundings(_ client: any HTTPClient, _ notes: any NoteKeeper = ForgetfulNoteKeeper()) -> Notifier.Surroundings {
        var surroundings = Notifier.Surroundings(client: client)
        surroundings.notes = notes
        let time = time
        surroundings.now = { time }
        surroundings.readFile = { path throws(HTTPCredentialsError) in
            if path == "/token" { return Array("from a file\n".utf8) }
            throw HTTPCredentialsError("\(path): the file is not there or cannot be read")
        }
        return surroundings
    }

    private func webhook(_ host: String, _ change: (inout WebhookReceiver) -> Void = { _ in }) -> WebhookReceiver {
        var receiver = WebhookReceiver(name: host, url: "http://\(host)/")
        receiver.groupWait = .zero
        change(&receiver)
        return receiver
    }

    private func until(_ what: Comment, _ condition: () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test func `sends headers, credentials from the settings and from files, and says who it is`() async throws {
        var configuration = Notifier.Configuration()
        configuration.webhooks = [
            webhook("basic") { $0.client.credentials = .basic(user: .text("u"), password: .text("p")) },
            webhook("bearer") { $0.client.credentials = .scheme("Bearer", .file("/token")) },
            webhook("header") { $0.client.headers["X-Scope"] = "t" },
        ]
        let client = ScriptedClient { _ in HTTPClientResponse(status: .ok) }
        let notifier = Notifier(configuration, surroundings(client))
        notifier.begin()
        notifier.receive([alert("A")], at: time)
        try await until("all are told") { client.requests.withLock { $0.count } == 3 }
        await notifier.stop()
        let requests = client.requests.withLock { $0 }
        func header(_ host: String, _ name: String) -> String? { requests.first { $0.url.contains(host) }?.headers[name] }
        #expect(header("basic", "Authorization") == "Basic dTpw")
        #expect(header("bearer", "Authorization") == "Bearer from a file")
        #expect(header("header", "Authorization") == nil && header("header", "X-Scope") == "t")
        #expect(header("header", "User-Agent") == "Lapwing" && header("header", "Content-Type") == "application/json")
    }

    @Test func `a message that a redirect would leave behind has not arrived, and the history has the receiver's words`() async throws {
        var configuration = Notifier.Configuration()
        configuration.webhooks = [webhook("moved")]
        let client = ScriptedClient { request in HTTPClientResponse(status: request.keepsBody ? .found : .ok, body: Array("moved\nfor good".utf8)) }
        let notifier = Notifier(configuration, surroundings(client))
        notifier.begin()
        notifier.receive([alert("A")], at: time)
        try await until("it is told") { notifier.history.count == 1 }
        await notifier.stop()
        let entries = notifier.history.entries(limit: 1) { _ in true }
        guard case .sending(let sending)? = entries.first else { return #expect(Bool(false), "there is no entry") }
        #expect(sending.result == .refused && sending.error == "status 302: moved")
    }

    /// A token in a webhook's path stood in the log and in the history.
    @Test func `what can be a secret in a webhook's address is shown nowhere, and names tell two of one host apart`() async throws {
        var configuration = Notifier.Configuration()
        configuration.webhooks = ["first", "second"].map { name in
            webhook(name) { $0.url = "https://user:hidden@hooks.example.org:8443/\(name)/hidden?token=hidden" }
        }
        let client = ScriptedClient { request async throws(HTTPClientError) in
            guard request.url.contains("first") else { throw HTTPClientError(.timedOut, method: .post, url: "https://moved.example.org/hidden") }
            return HTTPClientResponse(status: .notFound, body: Array("there is no /first/hidden?token=hidden here".utf8))
        }
        let events = Mutex<Set<Notifier.Event>>([])
        var surroundings = surroundings(client)
        surroundings.observer = { event in events.withLock { _ = $0.insert(event) } }
        let notifier = Notifier(configuration, surroundings)
        notifier.begin()
        notifier.receive([alert("A")], at: time)
        try await until("both have failed") { events.withLock { $0.count } == 2 }
        await notifier.stop(grace: .zero)
        let (group, host) = (#"{}:{alertname="A"}"#, "https://hooks.example.org:8443/…")
        #expect(
            events.withLock { $0 } == [
                .refused(receiver: "first \(host)", group: group, "status 404: there is no /… here"),
                .failed(receiver: "second \(host)", group: group, attempt: 1, #"Post "https://moved.example.org/…": context deadline exceeded"#),
            ])
        let sendings = notifier.history.entries(limit: 2) { _ in true }.compactMap { if case .sending(let sending) = $0 { sending } else { nil } }
        #expect(sendings.map(\.shownURL) == [host, host] && !sendings.contains { $0.error.contains("hidden") })
    }

    @Test func `what is let go with its receiver is told to the observer`() async throws {
        var configuration = Notifier.Configuration()
        configuration.webhooks = [webhook("gone")]
        let events = Mutex<[Notifier.Event]>([])
        let client = ScriptedClient { _ in HTTPClientResponse(status: .serviceUnavailable) }
        var surroundings = surroundings(client)
        surroundings.observer = { event in events.withLock { $0.append(event) } }
        let notifier = Notifier(configuration, surroundings)
        notifier.begin()
        notifier.receive([alert("A")], at: time)
        try await until("it has failed") { events.withLock { !$0.isEmpty } }
        notifier.apply(Notifier.Configuration())
        await notifier.stop()
        let group = #"{}:{alertname="A"}"#
        #expect(
            events.withLock { $0.last }
                == .dropped(receiver: "gone http://gone/", group: group, alerts: 1, "the receiver is no longer configured"))
    }

    @Test func `a receiver that never answers delays no other`() async throws {
        var configuration = Notifier.Configuration()
        configuration.webhooks = [webhook("dead"), webhook("live")]
        configuration.alertmanagers = [AlertmanagerReceiver(url: "http://dead-too"), AlertmanagerReceiver(url: "http://am")]
        let client = ScriptedClient { request async throws(HTTPClientError) in
            if request.url.contains("dead") { try? await Task.sleep(for: .seconds(3600)) }
            return HTTPClientResponse(status: .ok)
        }
        let notifier = Notifier(configuration, surroundings(client))
        notifier.begin()
        notifier.receive([alert("A")], at: time)
        try await until("the living are told") { client.count("live") == 1 && client.count("http://am/") == 1 }
        notifier.receive([alert("B")], at: time)
        try await until("and again") { client.count("live") == 2 && client.count("http://am/") == 2 }
        #expect(client.count("dead/") == 2 && client.count("dead-too") == 1, "groups are told beside one another, batches one by one")
        await notifier.stop(grace: .zero)
    }

    @Test func `a secret that cannot be read is a failure that is tried again`() async throws {
        var configuration = Notifier.Configuration()
        configuration.webhooks = [webhook("hook") { $0.client.credentials = .basic(user: .text("u"), password: .file("/missing")) }]
        let events = Mutex<[Notifier.Event]>([])
        var surroundings = surroundings(ScriptedClient { _ in HTTPClientResponse(status: .ok) })
        surroundings.observer = { event in events.withLock { $0.append(event) } }
        let notifier = Notifier(configuration, surroundings)
        notifier.begin()
        notifier.receive([alert("A")], at: time)
        try await until("it fails") { !events.withLock { $0.isEmpty } }
        await notifier.stop(grace: .zero)
        let reason = "/missing: the file is not there or cannot be read"
        #expect(events.withLock { $0.first } == .failed(receiver: "hook http://hook/", group: #"{}:{alertname="A"}"#, attempt: 1, reason))
        #expect(notifier.pending == 1)
    }

    @Test func `what is sent was forced to the disk, and what the disk refuses is kept later`() async throws {
        var configuration = Notifier.Configuration()
        configuration.webhooks = [webhook("hook")]
        let box = NoteBox()
        let refuses = Mutex(true)
        let client = ScriptedClient { _ in HTTPClientResponse(status: refuses.withLock { $0 } ? .serviceUnavailable : .ok) }
        let notifier = Notifier(configuration, surroundings(client, box))
        notifier.begin()
        box.fill(true)
        notifier.receive([alert("A")], at: time, keeping: [Note("alert/1/is", [7])])
        try await until("it is sent though the disk is full") { client.count("hook") == 1 }
        #expect(box.syncs == 1 && box.notes(beginning: "alert/") == [])
        box.fill(false)
        notifier.receive([], at: time, keeping: [Note("alert/2/is", [8])])
        await notifier.stop(grace: .zero)
        #expect(Set(box.notes(beginning: "alert/").map(\.key)) == ["alert/1/is", "alert/2/is"])

        // The next process has the message, and takes it out when it has been taken.
        refuses.withLock { $0 = false }
        var later = surroundings(client, box)
        later.now = { Timestamp(milliseconds: 2_000_000) }
        let next = Notifier(configuration, later)
        #expect(next.pending == 1)
        next.begin()
        try await until("it is taken") { next.pending == 0 }
        await next.stop()
        #expect(!box.notes(beginning: "notify/").contains { $0.key.contains("/m/") })
    }

    @Test func `a reload changes settings and keeps what waits`() async throws {
        var configuration = Notifier.Configuration()
        configuration.webhooks = [webhook("first") { $0.groupWait = .seconds(3600) }]
        let client = ScriptedClient { _ in HTTPClientResponse(status: .ok) }
        let notifier = Notifier(configuration, surroundings(client))
        notifier.begin()
        notifier.receive([alert("A")], at: time)
        configuration.webhooks.append(webhook("second"))
        notifier.apply(configuration)
        notifier.receive([alert("B")], at: time)
        try await until("the new one is told") { client.count("second") == 1 }
        #expect(client.count("first") == 0)
        await notifier.stop(grace: .zero)
    }

    /// What an evaluation told at once after the step was sent alone, before the others of its group.
    @Test func `a group that begins as the clock is set back waits for its others`() async throws {
        var configuration = Notifier.Configuration()
        configuration.webhooks = [webhook("hook") { $0.groupWait = .seconds(300) }]
        let client = ScriptedClient { _ in HTTPClientResponse(status: .ok) }
        let clock = Mutex(time)
        var surroundings = surroundings(client)
        surroundings.now = { clock.withLock { $0 } }
        let notifier = Notifier(configuration, surroundings)
        notifier.begin()
        let before = time - .seconds(600)
        clock.withLock { $0 = before }
        for instance in ["1", "2"] {
            var alert = alert("A")
            alert.labels = alert.labels.merging(Labels(metric: "", ["instance": instance]))
            notifier.receive([alert], at: before)
        }
        clock.withLock { $0 = before + .seconds(300) }
        notifier.receive([], at: before, keeping: [Note("alert/1/is", [1])])
        try await until("they are told") { client.count("hook") >= 1 }
        await notifier.stop()
        #expect(client.count("hook") == 1)
    }

    /// The wall's clock had been set back by a few milliseconds, so that nothing was due when the wait was over, and nobody waited any more.
    @Test func `a wait that is over before the clock says so is followed by another`() async throws {
        var configuration = Notifier.Configuration()
        configuration.webhooks = [webhook("hook") { $0.groupWait = .milliseconds(20) }]
        let client = ScriptedClient { _ in HTTPClientResponse(status: .ok) }
        let clock = Mutex((now: time, readings: 0))
        var surroundings = surroundings(client)
        surroundings.now = {
            clock.withLock { clock in
                clock.readings += 1
                return clock.now
            }
        }
        let notifier = Notifier(configuration, surroundings)
        notifier.begin()
        notifier.receive([alert("A")], at: time)
        let readings = clock.withLock { $0.readings }
        try await until("the wait is over") { clock.withLock { $0.readings } > readings }
        clock.withLock { $0.now = time + .milliseconds(20) }
        try await until("it is told") { client.count("hook") == 1 }
        await notifier.stop()
    }
}
