import LapwingText

/// What is found of the same subject in several places of a file: said once, at the first, with the lines of the others.
enum RepeatedFindings {
    /// So many lines are named, and the others counted.
    private static let named = 5

    private struct Subject: Hashable {
        var check: String?
        var name: String
    }

    /// - Parameter findings: in the order of the source.
    static func saidOnce(_ findings: [LintFindings.Finding], in source: SourceText) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        var places: [Subject: (index: Int, lines: [Int])] = [:]
        for finding in findings {
            guard let name = finding.subject else {
                diagnostics.append(finding.diagnostic)
                continue
            }
            let line = source.position(of: finding.diagnostic.range?.lowerBound ?? 0).line
            let subject = Subject(check: finding.diagnostic.check, name: name)
            if let last = places[subject]?.lines.last {
                if last != line { places[subject]?.lines.append(line) }
            } else {
                places[subject] = (diagnostics.count, [line])
                diagnostics.append(finding.diagnostic)
            }
        }
        for (index, lines) in places.values where lines.count > 1 {
            diagnostics[index].message += " (likewise \(text(Array(lines.dropFirst()))))"
        }
        return diagnostics
    }

    /// `line 7`, `lines 7 and 9`, `lines 7, 9, 12, 15, 20 and 4 more`.
    private static func text(_ lines: [Int]) -> String {
        var words = lines.prefix(named).map(String.init)
        if lines.count > named { words.append("\(lines.count - named) more") }
        guard let last = words.popLast(), !words.isEmpty else { return "line \(lines[0])" }
        return "lines \(words.joined(separator: ", ")) and \(last)"
    }
}
