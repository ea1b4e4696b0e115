import LapwingConfiguration
import LapwingHTTP
import LapwingText
import Synchronization
import Testing

@testable import LapwingServer

struct WebGuardTests {
    private func guarded(_ text: String) throws -> WebGuard {
        let gate = WebGuard(capacity: 3)
        gate.set(try WebConfiguration.read(SourceText(name: "web.yml", text)))
        return gate
    }

    private func status(_ gate: WebGuard, _ authorization: String?) throws -> Int {
        var headers: HTTPHeaders = [:]
        if let authorization { headers["Authorization"] = authorization }
        return gate.refusal(of: try #require(HTTPRequest(.get, "/api/v1/query", headers: headers)))?.status.code ?? 200
    }

    @Test func `only users with their password and tokens are let in`() throws {
        let gate = try guarded(
            """
            basic_auth_users: {anna: $2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW}
            bearer_tokens: [secret]
            """)
        #expect(try status(gate, nil) == 401)
        #expect(try status(gate, HTTPCredentials.basicAuthorization(user: "anna", password: "U*U")) == 200)
        #expect(try status(gate, HTTPCredentials.basicAuthorization(user: "anna", password: "U*U")) == 200)
        #expect(try status(gate, HTTPCredentials.basicAuthorization(user: "anna", password: "U*")) == 401)
        #expect(try status(gate, HTTPCredentials.basicAuthorization(user: "", password: "U*U")) == 401)
        #expect(try status(gate, "Bearer secret") == 200)
        #expect(try status(gate, "Bearer secre") == 401)
        #expect(try status(gate, "Basic ???") == 401)
        #expect(try status(gate, "Bearer") == 401)
    }

    @Test func `strangers wait for one another, and those who are known for none of them, however many come`() throws {
        let gate = try guarded("{basic_auth_users: {anna: $2b$04$CCCCCCCCCCCCCCCCCCCCC.Cg0ly9t/KVBCBYYDfOmZKwry9JuXClC}, bearer_tokens: [secret]}")
        func isStranger(_ authorization: String?) throws -> Bool {
            let headers = authorization.map { ["Authorization": $0] as HTTPHeaders } ?? [:]
            let lane = RequestLanes.lane(of: try #require(HTTPRequest(.get, "/api/v1/query", headers: headers)).head, gate)
            return lane == RequestLanes.strangers
        }
        let anna = HTTPCredentials.basicAuthorization(user: "anna", password: "")
        #expect(try isStranger(anna))
        #expect(try status(gate, anna) == 200)
        for number in 0...3 {
            let wrong = HTTPCredentials.basicAuthorization(user: "anna", password: "\(number)")
            #expect(try isStranger(wrong))
            #expect(try status(gate, wrong) == 401)
            #expect(try !isStranger(wrong))
        }
        // Of wrong passwords three are remembered, of right ones all.
        #expect(try isStranger(HTTPCredentials.basicAuthorization(user: "anna", password: "0")))
        #expect(try !isStranger(anna) && !isStranger(nil) && !isStranger("Bearer x") && !isStranger("Basic"))
    }

    @Test func `strangers take turns by the user whom they name, and few of them wait`() throws {
        func user(_ authorization: String) throws -> String {
            WebGuard.user(of: try #require(HTTPRequest(.get, "/", headers: ["Authorization": authorization])).head)
        }
        #expect(try user(HTTPCredentials.basicAuthorization(user: "anna", password: "a:b")) == "anna")
        #expect(try user("Bearer secret") == "" && user("Basic ???") == "" && user("Basic") == "")
        #expect(RequestLanes.strangers.isGate && RequestLanes.strangers.places + RequestLanes.strangers.maxWaiting == 16)
    }

    @Test func `without a configuration everybody is let in`() throws { #expect(try status(WebGuard(), nil) == 200) }

    @Test(arguments: [("0.0.0.0", true), ("", true), ("127.0.0.1", false), ("localhost", false)])
    func `who listens where others come in is told what is missing`(host: String, isTold: Bool) async throws {
        var configuration = SidecarConfiguration()
        (configuration.host, configuration.port) = (host, 0)
        let lines = Mutex<[String]>([])
        let sidecar = try await Sidecar.start(configuration, log: LogWriter { line in lines.withLock { $0.append(line) } })
        await sidecar.stop()
        #expect(lines.withLock { $0.contains { $0.contains("--web-config says who may") } } == isTold)
    }

    @Test(arguments: ["", "{}", "basic_auth_users: {a: plain}", "tls_server_config: {cert_file: x}", "basic_auth_user: {}"])
    func `a file that would let nobody in or says what is not had is refused`(text: String) {
        #expect(throws: SourceError.self) { try WebConfiguration.read(SourceText(name: "web.yml", text)) }
    }
}
