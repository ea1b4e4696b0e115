import Foundation

/// One thread of an attack, with what it does to a server in a round.
struct Attacker {
    let port: UInt16
    let number: Int
    let isOver: @Sendable () -> Bool

    static func request(_ method: String, _ path: String, headers: String = "") -> [UInt8] {
        Array("\(method) \(path) HTTP/1.1\r\nHost: x\r\n\(headers)\r\n".utf8)
    }

    /// The path of a range query that ends now.
    static func range(_ query: String, seconds: Int, step: Int) -> String {
        let now = Int(Date().timeIntervalSince1970)
        let text = query.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return "/api/v1/query_range?query=\(text)&start=\(now - seconds)&end=\(now)&step=\(step)"
    }

    private func connection() throws -> PeerConnection { try PeerConnection(port: port, isOver: isOver) }

    func ask(_ path: String) throws { _ = try connection().exchange("GET", path, keepsBody: false) }

    func post(_ path: String, _ coding: String, _ body: [UInt8]) throws {
        let headers = "Content-Type: \(coding == "snappy" ? "application/x-protobuf" : "text/plain")\r\nContent-Encoding: \(coding)\r\n"
        _ = try connection().exchange("POST", path, headers: headers, body: body, keepsBody: false)
    }

    func sendDamage() throws {
        let garbage = (0..<2000).map { UInt8(truncatingIfNeeded: ($0 &* 7919 + number) >> 3) }
        for head in ["GET / HTTP/9.9\r\n\r\n", "POST /api/v1/write HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", "\u{0}\u{1}\r\n\r\n"] {
            let connection = try connection()
            try connection.write(Array(head.utf8) + garbage)
        }
        try post("/api/v1/write", "snappy", garbage)
        try post("/api/v1/import/prometheus", "gzip", garbage)
        try ask("/api/v1/query?query=" + String(repeating: "%28", count: 2000))
        try ask("/%2e%2e/%2e%2e/etc/passwd")
    }

    /// Sends so many requests, each on a connection of its own, and reads nothing until it is over.
    func hold(_ count: Int, each seconds: Double = 0, _ request: (Int) -> [UInt8]) throws {
        var held: [PeerConnection] = []
        for number in 0..<count where !isOver() {
            let connection = try connection()
            try connection.write(request(number))
            held.append(connection)
            if seconds > 0 { Thread.sleep(forTimeInterval: seconds) }
        }
        wait()
        withExtendedLifetime(held) {}
    }

    func holdBodies(_ count: Int) throws {
        let part = [UInt8](repeating: 0x61, count: 60_000_000)
        let head = Self.request("POST", "/api/v1/import/prometheus", headers: "Content-Length: 60000001\r\n")
        var held: [PeerConnection] = []
        for _ in 0..<count where !isOver() {
            let connection = try connection()
            held.append(connection)
            // Who is refused tries the next.
            try? connection.write(head + part)
        }
        wait()
        withExtendedLifetime(held) {}
    }

    func sendSlowly() throws {
        let heads = try (0..<500).map { _ in try connection() }
        let bodies = try (0..<300).map { _ in try connection() }
        let silent = try (0..<1000).map { _ in try connection() }
        for connection in bodies { try connection.write(Self.request("POST", "/api/v1/write", headers: "Content-Length: 1000000\r\n")) }
        for byte in Self.request("GET", "/" + String(repeating: "a", count: 1000)) where !isOver() {
            for connection in heads + bodies { try? connection.write([byte]) }
            Thread.sleep(forTimeInterval: 0.05)
        }
        wait()
        withExtendedLifetime(silent) {}
    }

    private func wait() { while !isOver() { Thread.sleep(forTimeInterval: 0.05) } }
}
