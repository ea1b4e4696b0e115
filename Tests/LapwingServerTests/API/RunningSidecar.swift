import Foundation
import LapwingHTTP
import LapwingServer
import Testing

/// A sidecar with files of a test's own, and what it answers.
final class RunningSidecar: Sendable {
    let folder = FileManager.default.temporaryDirectory.appending(path: "lapwing-\(UUID().uuidString)")
    private let sidecar: Sidecar
    private let client = SocketHTTPClient()

    init(files: [String: String] = [:], _ adjust: (inout SidecarConfiguration) throws -> Void = { _ in }) async throws {
        let folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        var configuration = SidecarConfiguration()
        configuration.port = 0
        configuration.rulePatterns = files.keys.filter { $0.hasSuffix("rules.yml") }.sorted().map { folder.appending(path: $0).path }
        try adjust(&configuration)
        sidecar = try await Sidecar.start(configuration, log: LogWriter { _ in })
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var url: String { "http://\(sidecar.address)" }

    func stop() async { await sidecar.stop() }

    func send(
        _ method: HTTPMethod, _ target: String, headers: HTTPHeaders = [:], body: [UInt8] = [], followsRedirects: Bool = true
    ) async throws -> HTTPClientResponse {
        try await client.send(HTTPClientRequest(method: method, url: url + target, headers: headers, body: body, followsRedirects: followsRedirects))
    }

    /// The status and the words of an answer.
    func get(_ target: String) async throws -> (status: Int, text: String) {
        let response = try await send(.get, target)
        return (response.status.code, String(decoding: response.body, as: UTF8.self))
    }

    /// The message of a refusal.
    func fault(_ target: String) async throws -> String {
        let (status, text) = try await get(target)
        #expect(status == 400)
        let json = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        #expect(json?["status"] as? String == "error" && json?["errorType"] as? String == "bad_data")
        return json?["error"] as? String ?? ""
    }

    /// The member `data` of an answer.
    func data(_ target: String) async throws -> [String: Any] {
        let (status, text) = try await get(target)
        #expect(status == 200, "\(target): \(text)")
        return (try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])?["data"] as? [String: Any] ?? [:]
    }
}
