import Lapwing
import LapwingLint
import LapwingText

/// Findings in the Static Analysis Results Interchange Format.
///
/// Source: SARIF 2.1.0 (OASIS), sections 3.14, 3.19, 3.27 to 3.30, 3.49.
enum SarifReport {
    private static let schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

    static func text(_ findings: [Finding]) -> String {
        let rules = Set(findings.map(\.check)).sorted()
        var json = JSONWriter(escapesHTML: false)
        json.object { json in
            json.member("$schema", schema)
            json.member("version", "2.1.0")
            json.key("runs")
            json.array { json in
                json.object { json in
                    json.key("tool")
                    json.object { json in
                        json.key("driver")
                        json.object { json in
                            json.member("name", "lapwing")
                            json.member("semanticVersion", LapwingVersion.text)
                            json.key("rules")
                            json.array { json in for rule in rules { describe(rule, in: &json) } }
                        }
                    }
                    // Columns count characters, not units of UTF-16.
                    json.member("columnKind", "unicodeCodePoints")
                    json.key("results")
                    json.array { json in
                        for finding in findings { write(finding, index: rules.firstIndex(of: finding.check) ?? 0, to: &json) }
                    }
                }
            }
        }
        return json.text + "\n"
    }

    private static func describe(_ rule: String, in json: inout JSONWriter) {
        json.object { json in
            json.member("id", rule)
            guard let summary = Lint.checks.first(where: { $0.name == rule })?.summary else { return }
            json.key("shortDescription")
            json.object { json in json.member("text", summary) }
        }
    }

    private static func write(_ finding: Finding, index: Int, to json: inout JSONWriter) {
        let level = switch finding.diagnostic.severity {
        case .error: "error"
        case .warning: "warning"
        case .information: "note"
        }
        json.object { json in
            json.member("ruleId", finding.check)
            json.member("ruleIndex", index)
            json.member("level", level)
            json.key("message")
            json.object { json in
                json.member("text", finding.diagnostic.message + (finding.diagnostic.help.map { " (\($0))" } ?? ""))
            }
            json.key("locations")
            json.array { json in
                json.object { json in
                    json.key("physicalLocation")
                    json.object { json in
                        json.key("artifactLocation")
                        json.object { json in json.member("uri", uri(finding.source.name)) }
                        json.key("region")
                        json.object { json in
                            for (key, value) in region(finding) {
                                json.key(key)
                                json.integer(value)
                            }
                        }
                    }
                }
            }
        }
    }

    private static func region(_ finding: Finding) -> [(String, Int)] {
        let (start, end) = (finding.start, max(finding.start, finding.end))
        return [("startLine", start.line), ("startColumn", start.column), ("endLine", end.line), ("endColumn", end.column)]
    }

    private static func uri(_ path: String) -> String {
        let escaped = path.split(separator: "/", omittingEmptySubsequences: false).map { PercentCoding.encode(String($0)) }.joined(separator: "/")
        return path.hasPrefix("/") ? "file://" + escaped : escaped
    }
}
