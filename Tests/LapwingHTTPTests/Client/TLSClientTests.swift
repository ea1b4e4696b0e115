import Foundation
import LapwingHTTP
import Testing

/// Against `openssl s_server`, with an authority of our own.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"))) struct TLSClientTests {
    static let openssl = "/usr/bin/openssl"

    /// A folder with an authority, a certificate of `localhost` and one of a client; and a server.
    private final class Server {
        let folder: URL
        private let process = Process()
        private(set) var port = 0

        init(_ arguments: [String] = []) throws {
            folder = FileManager.default.temporaryDirectory.appending(path: "lapwing-tls-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"]
            try run(["req", "-x509"] + key + ["-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=an authority"])
            for name in ["localhost", "client"] {
                let signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "subjectAltName=DNS:\(name)"]
                try run(
                    ["req", "-x509"] + key + ["-keyout", "\(name).key", "-out", "\(name).pem", "-subj", "/CN=\(name)"]
                        + signed)
            }
            try serve(arguments)
        }

        private func serve(_ arguments: [String]) throws {
            let output = Pipe()
            process.executableURL = URL(filePath: TLSClientTests.openssl)
            process.arguments =
                ["s_server", "-accept", "127.0.0.1:0", "-cert", "localhost.pem", "-key", "localhost.key", "-www"]
                + arguments
            process.currentDirectoryURL = folder
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            try process.run()
            var text = ""
            while !text.contains("ACCEPT 127.0.0.1:") || !text.hasSuffix("\n") {
                let data = output.fileHandleForReading.availableData
                try #require(!data.isEmpty, "openssl did not start: \(text)")
                text += String(decoding: data, as: UTF8.self)
            }
            port = Int(text.split(separator: ":").last?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "") ?? 0
            output.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
        }

        private func run(_ arguments: [String]) throws {
            let process = Process()
            process.executableURL = URL(filePath: TLSClientTests.openssl)
            process.arguments = arguments
            process.currentDirectoryURL = folder
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0, "openssl \(arguments)")
        }

        func file(_ name: String) -> TLSSettings.Material { .file(folder.appending(path: name).path) }

        deinit {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            try? FileManager.default.removeItem(at: folder)
        }
    }

    /// The status of the answer, or why there is none.
    private func outcome(_ server: Server, at host: String = "localhost", _ tls: TLSSettings?) async -> String {
        let request = HTTPClientRequest(url: "https://\(host):\(server.port)/", timeout: .seconds(10), tls: tls)
        do throws(HTTPClientError) {
            return "\(try await SocketHTTPClient().send(request).status.code)"
        } catch {
            return "\(error.reason)"
        }
    }

    @Test func `a server is believed whose authority is named, and no other`() async throws {
        let server = try Server()
        var tls = TLSSettings()
        tls.authorities = server.file("ca.pem")
        #expect(await outcome(server, tls) == "200")
        tls.authorities = server.file("client.pem")
        #expect(
            await outcome(server, tls).hasPrefix(
                "tls: failed to verify certificate: unable to get local issuer certificate"))
        tls.authorities = server.file("ca.key")
        #expect(await outcome(server, tls) == "tls: unable to use specified CA cert: no certificate in PEM form")
        tls.authorities = server.file("none.pem")
        #expect(await outcome(server, tls).hasSuffix("none.pem: the file is not there or cannot be read"))
        tls = TLSSettings()
        tls.minVersion = .tls12
        #expect(await outcome(server, tls).hasPrefix("tls: failed to verify certificate: "))
    }

    @Test func `a server is believed whose authority the system trusts, where nothing else is said`() async throws {
        let server = try Server()
        #expect(
            await outcome(server, nil).hasPrefix(
                "tls: failed to verify certificate: unable to get local issuer certificate"))
        setenv("SSL_CERT_FILE", server.folder.appending(path: "ca.pem").path, 1)
        defer { unsetenv("SSL_CERT_FILE") }
        #expect(await outcome(server, nil) == "200")
    }

    @Test func `a certificate has to be of the host, or of the name that is given`() async throws {
        let server = try Server()
        var tls = TLSSettings()
        tls.authorities = server.file("ca.pem")
        #expect(await outcome(server, at: "127.0.0.1", tls) == "tls: failed to verify certificate: IP address mismatch")
        tls.serverName = "localhost"
        #expect(await outcome(server, at: "127.0.0.1", tls) == "200")
        tls.serverName = "elsewhere"
        #expect(await outcome(server, tls) == "tls: failed to verify certificate: hostname mismatch")
    }

    @Test func `any server is believed where that is asked for`() async throws {
        let server = try Server()
        var tls = TLSSettings()
        tls.skipsVerification = true
        #expect(await outcome(server, at: "127.0.0.1", tls) == "200")
    }

    @Test func `a server sees the certificate that it asks for`() async throws {
        let server = try Server(["-Verify", "1", "-verify_return_error", "-CAfile", "ca.pem", "-tls1_2"])
        var tls = TLSSettings()
        tls.authorities = server.file("ca.pem")
        #expect(await outcome(server, tls) != "200")
        tls.certificates = server.file("client.pem")
        tls.key = server.file("client.key")
        #expect(await outcome(server, tls) == "200")
        tls.key = server.file("localhost.key")
        #expect(await outcome(server, tls).hasPrefix("tls: unable to use specified client key: "))
    }

    @Test func `versions of the protocol that are not wanted are not spoken`() async throws {
        let server = try Server(["-tls1_2"])
        var tls = TLSSettings()
        tls.authorities = server.file("ca.pem")
        tls.maxVersion = .tls12
        #expect(await outcome(server, tls) == "200")
        (tls.minVersion, tls.maxVersion) = (.tls13, nil)
        #expect(await outcome(server, tls).hasPrefix("tls: handshake failed: "))
    }

    @Test func `text will do as well as files`() async throws {
        let server = try Server()
        var tls = TLSSettings()
        tls.authorities = .text(try String(contentsOf: server.folder.appending(path: "ca.pem"), encoding: .utf8))
        #expect(await outcome(server, tls) == "200")
    }
}
