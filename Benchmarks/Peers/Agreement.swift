import Foundation

/// `Benchmarks agree`: some hundred questions to Debian's Prometheus and to lapwing over the same remote-written data, compared
/// value by value.
enum Agreement {
    /// Relative.
    static let tolerance = 1e-9

    /// - Returns: whether the two agree about every question.
    static func run() throws -> Bool {
        let fleet = try PeerFleet([.prometheus, .lapwing], .agreement)
        defer { fleet.stop() }
        guard let prometheus = fleet.server(.prometheus), let lapwing = fleet.server(.lapwing) else {
            print("Nothing was compared.")
            return false
        }
        let connections = (try PeerConnection(port: prometheus.port), try PeerConnection(port: lapwing.port))
        var (count, different) = (0, 0)
        for text in AgreementQueries.all {
            for query in [PeerQuery(text: text), PeerQuery(text: text, step: 60_000, range: 5_400_000), PeerQuery(text: text, step: 15_000, range: 600_000)] {
                let expected = PeerAnswer(try query.ask(connections.0, end: fleet.end).body)
                let answer = PeerAnswer(try query.ask(connections.1, end: fleet.end).body)
                count += 1
                guard let difference = expected.difference(from: answer, names: ("Prometheus", "lapwing"), tolerance: tolerance) else { continue }
                different += 1
                print("\(query.title)\n    \(difference)")
            }
        }
        print("\(count) questions, \(different) answered differently")
        return different == 0
    }
}
