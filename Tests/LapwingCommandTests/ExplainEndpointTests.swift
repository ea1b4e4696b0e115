import Foundation
import LapwingHTTP
import Testing

/// `/api/v1/explain` of a running server, over samples that it is given.
@Suite struct `Explanations of a running server` {
    private static let rules = """
        groups:
          - name: service
            interval: 10s
            rules:
              - {record: job:load:twice, expr: load * 2}
              - {alert: High, expr: 'job:load:twice > 4', for: 30s, labels: {severity: page}}
        """

    /// A load that is high from 600 s ago to 300 s ago.
    private func page(_ now: Int) -> String {
        stride(from: -900, through: 0, by: 10).map { "load{job=\"a\"} \((-600 ..< -300).contains($0) ? 3 : 1) \((now + $0) * 1000)\n" }.joined()
    }

    private func explain(_ server: RunningServer, _ parameters: String) async throws -> (status: Int, object: [String: Any]) {
        let response = try await server.send(.get, "/api/v1/explain?\(parameters)")
        return (response.status.code, try JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any] ?? [:])
    }

    @Test func `say why an alert fired and why it does not, at the instants of its group`() async throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(Self.rules.utf8).write(to: folder.appending(path: "rules.yml"))
        let server = try RunningServer(["--rules", "rules.yml"], in: folder)
        let now = Int(Date.now.timeIntervalSince1970)
        #expect(try await server.send(.post, "/api/v1/import/prometheus", body: page(now)).status.code == 204)

        let firing = try await explain(server, "rule=High&time=\(now - 400)&labels=%7Bjob%3D%22a%22%7D")
        let first = try #require((firing.object["data"] as? [[String: Any]])?.first)
        #expect(first["state"] as? String == "firing" && first["group"] as? String == "service")
        let parts = try #require((first["values"] as? [String: Any])?["parts"] as? [[String: Any]])
        #expect((parts.first?["parts"] as? [[String: Any]])?.first?["recorded_as"] as? String == "job:load:twice")

        let quiet = try #require((try await explain(server, "rule=High&time=\(now - 100)").object["data"] as? [[String: Any]])?.first)
        #expect(quiet["state"] as? String == "inactive")
        #expect((quiet["reasons"] as? [String])?.first?.hasSuffix("which does not satisfy job:load:twice > 4: 2 away from 4") == true)
        #expect((quiet["values"] as? [String: Any])?["vanishes"] as? Bool == true)
        let gap = (quiet["gaps"] as? [[String: Any]])?.first
        #expect(gap?["distance"] as? String == "-2" && (quiet["nearest_firing"] as? [String: Any])?["state"] as? String == "resolved")

        let stranger = try await explain(server, "rule=High&time=\(now - 400)&labels=%7Bjob%3D%22b%22%7D")
        let other = try #require((stranger.object["data"] as? [[String: Any]])?.first)
        #expect(other["state"] as? String == "inactive" && (other["episodes"] as? [Any])?.isEmpty == true)
    }

    @Test func `refuse what they cannot explain`() async throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(Self.rules.utf8).write(to: folder.appending(path: "rules.yml"))
        let server = try RunningServer(["--rules", "rules.yml"], in: folder)
        #expect(try await explain(server, "").status == 400)
        let unknown = try await explain(server, "rule=Hihg")
        #expect(unknown.status == 404 && (unknown.object["error"] as? String)?.contains("did you mean High?") == true)
        #expect(try await explain(server, "rule=High&time=5000&start=6000").status == 400)
        #expect(try await explain(server, "rule=High&time=2000000&start=0").status == 400)
        #expect(try await explain(server, "rule=High&labels=%7B").status == 400)
    }
}
