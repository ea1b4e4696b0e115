import Foundation
import LapwingRules
import LapwingRuleTesting
import LapwingText

/// Test results for programs.
enum TestJSON {
    static func text(_ outcomes: [(file: String, outcome: TestOutcome)]) -> String {
        var json = JSONWriter(escapesHTML: false)
        json.object { json in
            json.key("passed")
            json.integer(outcomes.count { $0.outcome.hasPassed })
            json.key("failed")
            json.integer(outcomes.count { !$0.outcome.hasPassed })
            json.key("tests")
            json.array { json in
                for (file, outcome) in outcomes {
                    json.object { json in
                        json.member("file", file)
                        json.member("name", outcome.name)
                        json.key("passed")
                        json.bool(outcome.hasPassed)
                        json.key("seconds")
                        json.number(outcome.duration / .seconds(1))
                        json.key("failures")
                        json.array { json in for failure in outcome.failures { json.failure(failure, in: outcome.source) } }
                    }
                }
            }
        }
        return String(decoding: json.take(), as: UTF8.self) + "\n"
    }
}

extension JSONWriter {
    fileprivate mutating func failure(_ failure: Diagnostic, in source: SourceText) {
        let position = source.position(of: failure.range?.lowerBound ?? 0)
        object { json in
            json.member("file", source.name)
            json.key("line")
            json.integer(position.line)
            json.key("column")
            json.integer(position.column)
            json.member("message", failure.message)
        }
    }
}

/// What tests reach, rule by rule, and what they miss.
enum CoverageText {
    static func text(_ coverages: [[RuleCoverage]]) -> String {
        var report = CoverageReport()
        for coverage in coverages { report.merge(coverage) }
        var text = ""
        var sources: [String: SourceText] = [:]
        for rule in report.rules where !rule.missed.isEmpty {
            let source = sources[rule.file] ?? SourceText(name: rule.file, bytes: Array(FileManager.default.contents(atPath: rule.file) ?? Data()))
            sources[rule.file] = source
            let line = source.position(of: rule.range.lowerBound).line
            for aim in rule.missed { text += "\(rule.file):\(line): \(rule.name): \(aim)\n" }
        }
        let whole = report.rules.count { $0.missed.isEmpty }
        let share = report.aims > 0 ? Double(report.reached) / Double(report.aims) : 1
        let reached = "\(report.reached) of \(report.aims) states and branches (\(ReplayText.percent(share)))"
        return text + "coverage: \(whole) of \(report.rules.count) rules wholly, \(reached)\n"
    }
}

/// Changes to rules that no test notices.
enum MutationText {
    static func text(_ results: [MutationRun.Result]) -> String {
        var places = MutationPlaces()
        var text = ""
        for result in results where !result.isNoticed {
            text += "\(result.file):\(places.position(of: result)): \(result.ruleName): no test notices when \(result.mutation.change)\n"
        }
        let noticed = results.count(where: \.isNoticed)
        return text + "\(noticed) of \(results.count) changes noticed\n"
    }

    static func json(_ results: [MutationRun.Result]) -> String {
        var places = MutationPlaces()
        var json = JSONWriter(escapesHTML: false)
        json.array { json in
            for result in results {
                let position = places.position(of: result)
                json.object { json in
                    json.member("file", result.file)
                    json.key("line")
                    json.integer(position.line)
                    json.key("column")
                    json.integer(position.column)
                    json.member("rule", result.ruleName)
                    json.member("change", result.mutation.change)
                    json.key("noticed")
                    json.bool(result.isNoticed)
                }
            }
        }
        return String(decoding: json.take(), as: UTF8.self) + "\n"
    }
}

/// Where in its file each change was made.
private struct MutationPlaces {
    private var sources: [String: (text: SourceText, rules: RuleSource)] = [:]

    mutating func position(of result: MutationRun.Result) -> SourcePosition {
        let source = source(result.file)
        let range = if let part = result.mutation.queryRange {
            source.rules.range(ofQueryPart: part, in: result.ruleRange)
        } else {
            source.rules.range(ofField: "for", in: result.ruleRange)
        }
        // The operator stands behind the blanks there.
        var offset = range.lowerBound
        while offset < source.text.bytes.count, source.text.bytes[offset] == UInt8(ascii: " ") || source.text.bytes[offset] == UInt8(ascii: "\n") {
            offset += 1
        }
        return source.text.position(of: offset)
    }

    private mutating func source(_ path: String) -> (text: SourceText, rules: RuleSource) {
        if let known = sources[path] { return known }
        let text = SourceText(name: path, bytes: Array(FileManager.default.contents(atPath: path) ?? Data()))
        let source = (text, RuleSource(text))
        sources[path] = source
        return source
    }
}
