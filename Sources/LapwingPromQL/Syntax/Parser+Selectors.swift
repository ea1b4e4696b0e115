import LapwingRegex
import LapwingSeries
import LapwingText

extension Parser {
    mutating func parseVectorSelector() throws(PromQLSyntaxError) -> VectorSelector {
        height = 1
        let start = current.range.lowerBound
        var end = current.range.upperBound
        var name = ""
        if current.kind != .leftBrace {
            name = text(current)
            advance()
        }
        var matchers: [Matcher] = []
        if current.kind == .leftBrace {
            matchers = try parseMatchers()
            end = lastClosing
        }
        if !name.isEmpty { matchers.append(.equal(LabelName.metric, name)) }
        return VectorSelector(name: name, matchers: matchers, range: SourceRange(start, end))
    }

    private mutating func parseMatchers() throws(PromQLSyntaxError) -> [Matcher] {
        advance()
        var matchers: [Matcher] = []
        if skip(.rightBrace) { return matchers }
        while true {
            matchers.append(try parseMatcher())
            if skip(.comma) {
                if skip(.rightBrace) { return matchers }
            } else {
                guard skip(.rightBrace) else { throw unexpected("label matching", expected: "\",\" or \"}\"") }
                return matchers
            }
        }
    }

    private mutating func parseMatcher() throws(PromQLSyntaxError) -> Matcher {
        let label = current
        guard label.kind == .identifier || label.kind == .string else {
            throw unexpected("label matching", expected: "identifier or \"}\"")
        }
        let name = label.kind == .string ? try unquoted(label) : text(label)
        advance()
        let operation: Matcher.Operation
        switch current.kind {
        case .assign: operation = .equal
        case .binary(.notEqual): operation = .notEqual
        case .equalRegex: operation = .matches
        case .notEqualRegex: operation = .matchesNot
        default:
            if label.kind == .string, current.kind == .comma || current.kind == .rightBrace {
                return .equal(LabelName.metric, name)
            }
            let wanted = label.kind == .string ? "\",\" or \"}\"" : "label matching operator"
            throw unexpected("label matching", expected: wanted)
        }
        advance()
        let value = current
        guard value.kind == .string else { throw unexpected("label matching", expected: "string") }
        let text = try unquoted(value)
        advance()
        do {
            return try Matcher(name, operation, text)
        } catch {
            throw failure("\(error)", at: label.range.union(value.range))
        }
    }

    // MARK: What follows a selector

    mutating func parseBracket(after expression: QueryExpression) throws(PromQLSyntaxError) -> QueryExpression {
        let bracket = current.range
        advance()
        let window = try inside(.window) { (parser) throws(PromQLSyntaxError) in try parser.parsePositiveDuration() }
        if skip(.colon) { return try parseSubquery(of: expression, window: window) }
        guard skip(.rightBracket) else { throw unexpected("subquery or range", expected: "\":\" or \"]\"") }
        let brackets = SourceRange(bracket.lowerBound, lastClosing)
        guard case .vectorSelector(let selector) = expression else {
            throw failure("ranges only allowed for vector selectors", at: brackets)
        }
        if selector.time.offset != nil { throw failure("no offset modifiers allowed before range", at: brackets) }
        if selector.time.anchor != nil { throw failure("no @ modifiers allowed before range", at: brackets) }
        return .matrixSelector(
            MatrixSelector(selector: selector, window: window, range: SourceRange(selector.range.lowerBound, lastClosing)))
    }

    private mutating func parseSubquery(of expression: QueryExpression, window: DurationText) throws(PromQLSyntaxError) -> QueryExpression {
        var step: DurationText?
        if current.kind != .rightBracket {
            step = try inside(.subqueryStep) { (parser) throws(PromQLSyntaxError) in try parser.parsePositiveDuration() }
        }
        guard skip(.rightBracket) else { throw unexpected("subquery selector", expected: "\"]\"") }
        try grow()
        return .subquery(
            Subquery(
                expression: expression, window: window, step: step,
                range: SourceRange(expression.range.lowerBound, lastClosing)))
    }

    mutating func parseOffset(after expression: QueryExpression) throws(PromQLSyntaxError) -> QueryExpression {
        advance()
        let offset = try inside(.offset) { (parser) throws(PromQLSyntaxError) in try parser.parseOffsetDuration() }
        let fault = failure(
            "offset modifier must be preceded by an instant vector selector or range vector selector or a subquery",
            at: expression.range)
        return try modifying(expression, orThrow: fault) { (time, range) throws(PromQLSyntaxError) in
            if time.offset != nil { throw failure("offset may not be set multiple times", at: range) }
            // A literal offset of nothing is none, and another may follow it.
            if case .literal(0, _, _) = offset { return }
            time.offset = offset
        }
    }

    mutating func parseAnchor(after expression: QueryExpression) throws(PromQLSyntaxError) -> QueryExpression {
        advance()
        let anchor: TimeModifier.Anchor
        switch current.kind {
        case .preprocessor(let word) where word == .start || word == .end:
            advance()
            guard skip(.leftParenthesis), skip(.rightParenthesis) else { throw unexpected("@", expected: "timestamp") }
            anchor = word == .start ? .start : .end
        default:
            let isNegative = current.kind == .binary(.subtract)
            if isNegative || current.kind == .binary(.add) { advance() }
            guard current.kind == .number || current.kind == .duration else { throw unexpected("@", expected: "timestamp") }
            let seconds = try parseNumber().value * (isNegative ? -1 : 1)
            guard seconds.isFinite, seconds.magnitude < 9.223372036854775e18, (seconds * 1000).magnitude < 9.223372036854775e18 else {
                throw failure(
                    "timestamp out of bounds for @ modifier: \(GoNumber.text(seconds, .fixed, precision: 6))", at: expression.range)
            }
            anchor = .time(Int64((seconds * 1000).rounded(.toNearestOrAwayFromZero)))
        }
        let fault = failure(
            "@ modifier must be preceded by an instant vector selector or range vector selector or a subquery",
            at: expression.range)
        return try modifying(expression, orThrow: fault) { (time, range) throws(PromQLSyntaxError) in
            if time.anchor != nil { throw failure("@ <timestamp> may not be set multiple times", at: range) }
            time.anchor = anchor
        }
    }

    /// Changes the time modifier of a selector or subquery, whose range then reaches to the last closing token.
    private func modifying(
        _ expression: QueryExpression, orThrow fault: PromQLSyntaxError,
        _ change: (inout TimeModifier, SourceRange) throws(PromQLSyntaxError) -> Void
    ) throws(PromQLSyntaxError) -> QueryExpression {
        switch expression {
        case .vectorSelector(var node):
            try change(&node.time, node.range)
            node.range = SourceRange(node.range.lowerBound, lastClosing)
            return .vectorSelector(node)
        case .matrixSelector(var node):
            try change(&node.selector.time, node.range)
            node.range = SourceRange(node.range.lowerBound, lastClosing)
            return .matrixSelector(node)
        case .subquery(var node):
            try change(&node.time, node.range)
            node.range = SourceRange(node.range.lowerBound, lastClosing)
            return .subquery(node)
        case .number, .string, .call, .aggregation, .binary, .unary, .parenthesized: throw fault
        }
    }

    mutating func parseExtension(
        _ rangeExtension: VectorSelector.Extension, after expression: QueryExpression
    ) throws(PromQLSyntaxError) -> QueryExpression {
        advance()
        func extended(_ selector: VectorSelector) throws(PromQLSyntaxError) -> VectorSelector {
            if let other = selector.rangeExtension, other != rangeExtension {
                throw failure("anchored and smoothed modifiers cannot be used together", at: expression.range)
            }
            var selector = selector
            selector.rangeExtension = rangeExtension
            return selector
        }
        switch expression {
        case .vectorSelector(let node): return .vectorSelector(try extended(node))
        case .matrixSelector(var node):
            node.selector = try extended(node.selector)
            return .matrixSelector(node)
        case .subquery:
            throw failure("\(rangeExtension.rawValue) modifier is not supported for subqueries", at: expression.range)
        case .number, .string, .call, .aggregation, .binary, .unary, .parenthesized:
            throw failure("\(rangeExtension.rawValue) modifier not implemented", at: expression.range)
        }
    }
}
