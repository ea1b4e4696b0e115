import LapwingPromQL
import LapwingSeries
import LapwingText

/// What is changed of a selector.
extension QueryExpression {
    /// The alternatives of an expression that are left out one by one; of more of them, no test tries all.
    private static let alternatives = 8

    /// Its matchers and its offset.
    ///
    /// - Parameter whole: the selector as it stands here, with its brackets.
    func selectorEdits(_ selector: VectorSelector, in whole: (VectorSelector) -> QueryExpression) -> [QueryEdit] {
        let indices = selector.matchers.indices.filter { selector.matchers[$0].name != LabelName.metric }
        let matchers = indices.flatMap { matcherEdits(selector, $0, in: whole) }
        return matchers + offsetEdits(selector.time) { time in
            var changed = selector
            changed.time = time
            return whole(changed)
        }
    }

    /// Without a matcher, with its opposite, and without one of its alternatives.
    private func matcherEdits(_ selector: VectorSelector, _ index: Int, in whole: (VectorSelector) -> QueryExpression) -> [QueryEdit] {
        let matcher = selector.matchers[index]
        func edit(_ other: Matcher?, _ change: String) -> QueryEdit {
            var changed = selector
            changed.matchers.replaceSubrange(index...index, with: other.map { [$0] } ?? [])
            return replaced(by: whole(changed), change)
        }
        let others = [try? Matcher(matcher.name, matcher.operation.opposite, matcher.value)] + matcher.withoutAnAlternative(of: Self.alternatives)
        return [edit(nil, "\(matcher) is left out of \(QueryExpression.vectorSelector(selector))")]
            + others.compactMap { $0 }.map { edit($0, "\(matcher) becomes \($0)") }
    }

    /// Without it, and with twice as much.
    func offsetEdits(_ time: TimeModifier, in whole: (TimeModifier) -> QueryExpression) -> [QueryEdit] {
        guard let offset = time.offset else { return [] }
        var without = time
        without.offset = nil
        let edits = [replaced(by: whole(without), "offset \(offset) is left out", place: offset.sourceRange)]
        guard case .literal(let milliseconds, false, let range) = offset, milliseconds > 0 else { return edits }
        let twice = PrometheusDuration.text(milliseconds: milliseconds * 2)
        return edits + [QueryEdit(range: range, text: twice, change: "offset \(offset) becomes \(twice)")]
    }
}

extension Matcher.Operation {
    fileprivate var opposite: Self {
        switch self {
        case .equal: .notEqual
        case .notEqual: .equal
        case .matches: .matchesNot
        case .matchesNot: .matches
        }
    }
}

extension Matcher {
    /// With one of the alternatives of its expression less; none where there is one alone, or more than `maximum`.
    fileprivate func withoutAnAlternative(of maximum: Int) -> [Matcher] {
        let all = Self.alternatives(of: expression == nil ? "" : value)
        guard (2...maximum).contains(all.count) else { return [] }
        return all.indices.compactMap { index in
            try? Matcher(name, operation, all.enumerated().filter { $0.offset != index }.map(\.element).joined(separator: "|"))
        }
    }

    /// The parts between bars that stand in no group, class or quotation.
    private static func alternatives(of pattern: String) -> [String] {
        if pattern.contains("\\Q") { return [pattern] }
        var parts = [""]
        var (depth, isInClass, isEscaped) = (0, false, false)
        for character in pattern {
            if character == "|", depth == 0, !isInClass, !isEscaped {
                parts.append("")
                continue
            }
            parts[parts.count - 1].append(character)
            if isEscaped {
                isEscaped = false
                continue
            }
            switch character {
            case "\\": isEscaped = true
            case "[": isInClass = true
            case "]": isInClass = false
            case "(" where !isInClass: depth += 1
            case ")" where !isInClass: depth -= 1
            default: break
            }
        }
        return parts
    }
}
