import LapwingRuleTesting
import LapwingText

/// Test results for programs.
enum TestJSON {
    static func text(_ outcomes: [(file: String, outcome: TestOutcome)], _ coverage: CoverageText?) -> String {
        var json = JSONWriter(escapesHTML: false)
        json.object { json in
            json.member("passed", outcomes.count { $0.outcome.hasPassed })
            json.member("failed", outcomes.count { !$0.outcome.hasPassed })
            json.key("tests")
            json.array { json in
                for (file, outcome) in outcomes {
                    json.object { json in
                        json.member("file", file)
                        json.member("name", outcome.name)
                        json.member("passed", outcome.hasPassed)
                        json.key("seconds")
                        json.number(outcome.duration / .seconds(1))
                        json.key("failures")
                        json.array { json in for failure in outcome.failures { json.failure(failure, in: outcome.source) } }
                    }
                }
            }
            guard let coverage else { return }
            json.key("coverage")
            coverage.write(to: &json)
        }
        return String(decoding: json.take(), as: UTF8.self) + "\n"
    }
}

extension JSONWriter {
    fileprivate mutating func failure(_ failure: Diagnostic, in source: SourceText) {
        let position = source.position(of: failure.range?.lowerBound ?? 0)
        object { json in
            json.member("file", source.name)
            json.member("line", position.line)
            json.member("column", position.column)
            json.member("message", failure.message)
        }
    }
}
