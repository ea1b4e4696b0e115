import Foundation
import LapwingHTTP
import LapwingText
import Synchronization
import Testing

/// The program as it was built, run as a user would run it.
enum BuiltProgram {
    /// Beside the test bundle, whatever the build folder is called.
    static let url: URL = {
        var folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        for _ in 0..<6 {
            let candidate = folder.appending(path: "lapwing")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
            folder = folder.deletingLastPathComponent()
        }
        return URL(filePath: "/nonexistent/lapwing")
    }()

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    struct Outcome {
        var status: Int32
        var output: String
        var error: String
    }

    /// Runs a command to its end.
    static func run(_ arguments: [String], in folder: URL = root) throws -> Outcome {
        try run(url, arguments, in: folder, ProcessInfo.processInfo.environment)
    }

    /// Runs what a shell makes of a line in which the program is called by its name.
    static func shell(_ line: String, in folder: URL) throws -> Outcome {
        var environment = ProcessInfo.processInfo.environment
        environment["PATH"] = url.deletingLastPathComponent().path + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
        return try run(URL(filePath: "/bin/sh"), ["-c", line], in: folder, environment)
    }

    private static func run(_ program: URL, _ arguments: [String], in folder: URL, _ environment: [String: String]) throws -> Outcome {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = folder
        let (output, error) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let diagnostics = error.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
            error: String(decoding: diagnostics, as: UTF8.self))
    }
}

/// A `lapwing serve` that runs until it is stopped.
final class RunningServer {
    private let process = Process()
    private let error = Pipe()
    private(set) var url = ""

    /// Starts it on a free port, and waits until it says where it listens.
    ///
    /// - Parameter files: how many it may have open, and not one more.
    init(_ arguments: [String], in folder: URL = BuiltProgram.root, files: Int? = nil) throws {
        let place = arguments.contains("--data") ? [] : ["--in-memory"]
        process.executableURL = BuiltProgram.url
        process.arguments = ["serve", "--listen", "127.0.0.1:0"] + place + arguments
        if let files {
            process.executableURL = URL(filePath: "/bin/sh")
            process.arguments = ["-c", "ulimit -n \(files); exec \"$0\" \"$@\"", BuiltProgram.url.path] + (process.arguments ?? [])
        }
        process.currentDirectoryURL = folder
        process.standardOutput = FileHandle.nullDevice
        process.standardError = error
        try process.run()
        var text = ""
        while true {
            let data = error.fileHandleForReading.availableData
            if data.isEmpty { break }
            text += String(decoding: data, as: UTF8.self)
            if let range = text.range(of: "listening on "), let end = text[range.upperBound...].firstIndex(of: "\n") {
                url = String(text[range.upperBound..<end])
                break
            }
        }
        try #require(!url.isEmpty, "it did not start: \(text)")
        // What it goes on to say is read, so that it never waits for us.
        error.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
    }

    deinit { stop() }

    /// Files and connections that it has open; nil where it does not run, or the system does not tell.
    var openFiles: Int? { try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.processIdentifier)/fd").count }

    @discardableResult
    func stop() -> Int32 {
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
        error.fileHandleForReading.readabilityHandler = nil
        return process.terminationStatus
    }

    /// Ends it as `kill -9` does.
    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        stop()
    }

    func send(_ method: HTTPMethod, _ path: String, body: String = "") async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(method: method, url: url + path, body: Array(body.utf8), timeout: .seconds(10))
        if !body.isEmpty { request.headers["Content-Type"] = "application/x-www-form-urlencoded" }
        return try await SocketHTTPClient().send(request)
    }

    func get(_ path: String) async throws -> String {
        String(decoding: try await send(.get, path).body, as: UTF8.self)
    }

    /// The `data` of an answer of the API.
    func data(_ path: String) async throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(try await send(.get, path).body)) as? [String: Any]
        return object?["data"] as? [String: Any] ?? [:]
    }

    /// The only number that a query evaluates to; nil where it is nothing.
    func value(_ query: String) async throws -> Double? {
        let data = try await data("/api/v1/query?query=\(PercentCoding.encode(query))")
        let first = (data["result"] as? [[String: Any]])?.first
        return ((first?["value"] as? [Any])?.last as? String).flatMap { GoNumber.parse($0) }
    }
}

/// An HTTP service whose answer a test sets.
final class ScriptedService: Sendable {
    private let server: HTTPServer
    let url: String

    init() throws {
        let (page, received) = (PageBox(), ReceivedBox())
        server = HTTPServer(configuration: HTTPServerConfiguration()) { request in
            received.bodies.withLock { $0.append(request.body) }
            return page.answer.withLock { $0 }(request)
        }
        let address = try server.start()
        url = "http://\(address)"
        self.pageBox = page
        self.receivedBox = received
    }

    private let pageBox: PageBox
    private let receivedBox: ReceivedBox

    private final class PageBox: Sendable {
        let answer = Mutex<@Sendable (HTTPRequest) -> HTTPResponse>({ _ in .text("") })
    }

    private final class ReceivedBox: Sendable {
        let bodies = Mutex<[[UInt8]]>([])
    }

    func answer(_ body: @escaping @Sendable (HTTPRequest) -> HTTPResponse) { pageBox.answer.withLock { $0 = body } }

    func serve(_ text: String) {
        answer { _ in HTTPResponse(contentType: "text/plain; version=0.0.4", body: .bytes(Array(text.utf8))) }
    }

    /// The bodies that came, as JSON objects.
    var messages: [[String: Any]] {
        receivedBox.bodies.withLock { $0 }.compactMap { try? JSONSerialization.jsonObject(with: Data($0)) as? [String: Any] }
    }

    /// The bodies that came.
    var bodies: [[UInt8]] { receivedBox.bodies.withLock { $0 } }

    var requestCount: Int { receivedBox.bodies.withLock { $0.count } }

    func stop() { server.shutdown(grace: .milliseconds(100)) }
}

/// Waits until something holds; at most `seconds`.
func eventually(_ what: String, within seconds: Double = 20, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("not within \(seconds) s: \(what)")
}

/// A folder of its own for a test's files.
func temporaryFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: "lapwing-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
}
