import Foundation
import Testing

@testable import LapwingServer

/// What Debian's Prometheus is too old to compare with.
@Suite struct `The rules of the API` {
    private func sidecar() async throws -> RunningSidecar {
        try await RunningSidecar(files: [
            "a-rules.yml": """
                groups:
                - {name: two, rules: [{alert: B, expr: vector(1)}]}
                - name: one
                  rules: [{record: r, expr: vector(2)}, {alert: A, expr: vector(3), labels: {team: x}}]
                """,
            "b-rules.yml": "groups: [{name: one, rules: [{alert: A, expr: vector(4) > 5, labels: {team: y}}]}]",
        ])
    }

    /// Files, groups and rules in their order: `a/one: r A`.
    private func shown(_ sidecar: RunningSidecar, _ query: String) async throws -> [String] {
        let groups = try await sidecar.data("/api/v1/rules" + query)["groups"] as? [[String: Any]] ?? []
        return groups.map { group in
            let names = (group["rules"] as? [[String: Any]] ?? []).map { $0["name"] as? String ?? "" }
            let file = (group["file"] as? String ?? "").split(separator: "/").last?.prefix(1) ?? ""
            return "\(file)/\(group["name"] as? String ?? ""): \(names.joined(separator: " "))"
        }
    }

    @Test func `are filtered by kind, name, group, file and label`() async throws {
        let sidecar = try await sidecar()
        #expect(try await shown(sidecar, "") == ["a/one: r A", "a/two: B", "b/one: A"])
        #expect(try await shown(sidecar, "?type=Record") == ["a/one: r"])
        #expect(try await shown(sidecar, "?type=alert&rule_name[]=A") == ["a/one: A", "b/one: A"])
        #expect(try await shown(sidecar, "?rule_group[]=two&rule_group[]=three") == ["a/two: B"])
        #expect(try await shown(sidecar, "?rule_name[]=r&rule_group[]=two").isEmpty)
        #expect(try await shown(sidecar, "?file[]=\(sidecar.folder.path)/b-rules.yml") == ["b/one: A"])
        #expect(try await shown(sidecar, "?match[]=%7Bteam=%22x%22%7D&match[]=%7Bteam=~%22z.*%22%7D") == ["a/one: A"])
        #expect(try await sidecar.fault("/api/v1/rules?type=x") == #"invalid parameter "type": not supported value "x""#)
        #expect(try await sidecar.fault("/api/v1/rules?match[]=%7B%7D") == "match[] must contain at least one non-empty matcher")
        await sidecar.stop()
    }

    @Test func `come page by page, each with the token of the next`() async throws {
        let sidecar = try await sidecar()
        var pages: [[String]] = []
        var query = "?group_limit=1&type=alert"
        while pages.count < 5 {
            pages.append(try await shown(sidecar, query))
            guard let token = try await sidecar.data("/api/v1/rules" + query)["groupNextToken"] as? String else { break }
            #expect(token.count == 64)
            query = "?group_limit=1&type=alert&group_next_token=\(token)"
        }
        #expect(pages == [["a/one: A"], ["a/two: B"], ["b/one: A"]])
        #expect(try await shown(sidecar, "?group_limit=2&rule_group[]=two") == ["a/two: B"])
        let rules = "/api/v1/rules?"
        #expect(
            try await sidecar.fault(rules + "group_next_token=x")
                == #"invalid parameter "group_next_token": group_limit needs to be present in order to paginate over the groups"#)
        #expect(
            try await sidecar.fault(rules + "group_limit=1&group_next_token=x")
                == #"invalid parameter "group_next_token": invalid group_next_token 'x'. were rule groups changed?"#)
        #expect(try await sidecar.fault(rules + "group_limit=0") == #"invalid parameter "group_limit": group_limit needs to be greater than 0"#)
        #expect(
            try await sidecar.fault(rules + "group_limit=x")
                == #"invalid parameter "group_limit": group_limit needs to be a valid number: strconv.ParseInt: parsing "x": invalid syntax"#)
        await sidecar.stop()
    }

    @Test func `leave their alerts out, and tell their cost, when they are asked to`() async throws {
        let sidecar = try await sidecar()
        func rule(_ query: String) async throws -> [String: Any] {
            let groups = try await sidecar.data("/api/v1/rules?rule_name[]=B" + query)["groups"] as? [[String: Any]]
            return (groups?.first?["rules"] as? [[String: Any]])?.first ?? [:]
        }
        #expect(try await rule("")["alerts"] is [Any])
        #expect(try await rule("&exclude_alerts=T")["alerts"] is NSNull)
        #expect(try await rule("")["stats"] == nil)
        #expect((try await rule("&stats=all")["stats"] as? [String: Any])?["samplesRead"] as? Int == 0)
        #expect(
            try await sidecar.fault("/api/v1/rules?exclude_alerts=maybe")
                == #"invalid parameter "exclude_alerts": error converting exclude_alerts: strconv.ParseBool: parsing "maybe": invalid syntax"#)
        await sidecar.stop()
    }
}
