import LapwingRules
import LapwingRuleTesting
import LapwingSystem
import LapwingText

/// Changes to rules that no test notices.
enum MutationText {
    static func text(_ results: [MutationRun.Result]) -> String {
        var places = MutationPlaces()
        var text = ""
        for result in results where !result.isNoticed {
            text += "\(result.file):\(places.position(of: result)): \(result.ruleName): no test notices when \(result.mutation.change)\n"
        }
        let noticed = results.count(where: \.isNoticed)
        return text + "\(noticed) of \(Counted.text(results.count, "change")) noticed\n"
    }

    static func json(_ results: [MutationRun.Result]) -> String {
        var places = MutationPlaces()
        var json = JSONWriter(escapesHTML: false)
        json.array { json in
            for result in results {
                let position = places.position(of: result)
                json.object { json in
                    json.member("file", result.file)
                    json.member("line", position.line)
                    json.member("column", position.column)
                    json.member("rule", result.ruleName)
                    json.member("change", result.mutation.change)
                    json.member("noticed", result.isNoticed)
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
            source.rules.range(ofField: result.mutation.field, in: result.ruleRange)
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
