import LapwingRegex

/// Matching label values of about 20 bytes whole, by the shapes that real matchers have.
enum RegexBenchmarks {
    /// - Parameter rounds: how often each of the 64 values is matched; 2,000 take about a second.
    static func rows(rounds: Int) -> [Row] {
        let values = (0..<64).map { index in
            Array("\(["api", "web", "loki", "store"][index % 4])-service-\(index * 37 % 100)-eu-\(index % 5)".utf8)
        }
        let many = (0..<5000).map { "api-service-\($0)-eu-\($0 % 5)" }.joined(separator: "|")
        let patterns: [(name: String, pattern: String)] = [
            ("literal", "api-service-37-eu-1"), ("prefix", "api-.*"), ("suffix", ".*-eu-1"),
            ("contains", ".*service.*"),
            ("parts", "api.*service.*eu.*"),
            ("alternation", "api-service-0-eu-0|web-service-37-eu-1|loki-service-74-eu-2"),
            ("alternation of 5,000", many), ("fixed length", "api-service-..-eu-."),
            ("one or more", "(.+)-service-(.+)"),
            ("prefixes", "api.*|web.*|loki.*"), ("contains either", ".*web.*|.*eu-3.*"),
            ("ignoring case", "(?i)API-SERVICE.*"),
            ("classes", "[a-z]+-[a-z]+-\\d+-eu-[0-3]"), ("many states", "(.*-)?s.{8}.*-e.{3}"),
            ("word boundaries", ".*\\bservice\\b.*"),
        ]
        var rows: [Row] = []
        var checksum = 0
        for (name, pattern) in patterns {
            guard let expression = try? RegularExpression(pattern) else { continue }
            // The general machine is some hundred times slower; it need not run as often.
            let count = name == "word boundaries" ? max(1, rounds / 50) : rounds
            let seconds = Stopwatch.best(of: 3) {
                for _ in 0..<count { for value in values where expression.matchesWhole(value.span) { checksum += 1 } }
            }
            rows.append(("regex \(name)", seconds * 1e9 / Double(count * values.count), "ns/match"))
        }
        for (name, pattern) in patterns where name != "alternation of 5,000" {
            let seconds = Stopwatch.best(of: 3) {
                for _ in 0..<max(1, rounds / 20) { checksum += (try? RegularExpression(pattern))?.groupCount ?? 0 }
            }
            rows.append(("regex made: \(name)", seconds * 1e6 / Double(max(1, rounds / 20)), "µs"))
        }
        let captures = try? RegularExpression("(.*)-service-(.*)")
        let text = "api-service-37-eu-1"
        let seconds = Stopwatch.best(of: 3) {
            for _ in 0..<rounds { checksum += captures?.wholeMatch(text)?.range(ofGroup: 2)?.lowerBound ?? 0 }
        }
        rows.append(("regex captures", seconds * 1e9 / Double(rounds), "ns/match"))
        rows.append(("regex checksum", Double(checksum), "matches"))
        return rows
    }
}
