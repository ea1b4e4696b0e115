import Foundation

/// What a server that was killed has of what its senders sent, by samples.
struct KillFindings {
    private(set) var acknowledged = 0
    private(set) var lost = 0
    private(set) var doubled = 0
    private(set) var wrong = 0
    /// By requests: those without an answer, and of them those that are there as a whole, and in part.
    private(set) var unanswered = 0
    private(set) var kept = 0
    private(set) var torn = 0
    /// Samples of no request at all.
    private(set) var unsent = 0

    mutating func look(for sender: KillSender, on server: PeerProcess) throws {
        let answered = sender.answered
        // How many series have each request's sample.
        var counts = [Int](repeating: 0, count: answered.count)
        for series in 0..<KillSender.series {
            var found = [Int](repeating: 0, count: answered.count)
            for (time, value) in try samples(of: sender, series, server) {
                guard let request = sender.request(at: time), request < answered.count else {
                    unsent += 1
                    continue
                }
                found[request] += 1
                if value != KillSender.value(request, series) { wrong += 1 }
            }
            for request in answered.indices {
                counts[request] += min(1, found[request])
                doubled += max(0, found[request] - 1)
                guard answered[request] else { continue }
                acknowledged += 1
                if found[request] == 0 { lost += 1 }
            }
        }
        for request in answered.indices where !answered[request] {
            unanswered += 1
            if counts[request] == KillSender.series { kept += 1 } else if counts[request] > 0 { torn += 1 }
        }
    }

    private func samples(of sender: KillSender, _ series: Int, _ server: PeerProcess) throws -> [(time: Int64, value: Double)] {
        let end = sender.time(of: sender.answered.count) / 1000 + 60
        let seconds = sender.answered.count * Int(KillSender.interval) / 1000 + 120
        let query = "kill_total%7Bsender%3D%22\(sender.number)%22,series%3D%22\(series)%22%7D%5B\(seconds)s%5D"
        let reply = try server.get("/api/v1/query?time=\(end)&query=\(query)")
        let answer = try JSONDecoder().decode(Answer.self, from: Data(reply.body))
        return answer.data.result.flatMap(\.values).map { (Int64(($0.time * 1000).rounded()), $0.value) }
    }

    private struct Answer: Decodable {
        struct Result: Decodable { var result: [Series] }
        struct Series: Decodable { var values: [Sample] }

        struct Sample: Decodable {
            var time: Double
            var value: Double

            init(from decoder: any Decoder) throws {
                var pair = try decoder.unkeyedContainer()
                time = try pair.decode(Double.self)
                let text = try pair.decode(String.self)
                guard let number = Double(text) else {
                    throw DecodingError.dataCorruptedError(in: pair, debugDescription: "\(text) is no number")
                }
                value = number
            }
        }

        var data: Result
    }
}
