import LapwingSeries
import LapwingText

extension Parser {
    mutating func parseCall() throws(PromQLSyntaxError) -> QueryExpression {
        let name = current
        advance()
        let arguments = try parseArguments()
        guard let function = Function.named(text(name)) else {
            let known = Function.all.map(\.name) + AggregationOperator.allCases.map(\.rawValue)
            let help = Spelling.nearest(to: text(name).lowercased(), in: known).map { "did you mean \($0)?" }
            throw failure("unknown function with name \(GoQuote.quote(text(name)))", at: name.range, help: help)
        }
        return .call(Call(function: function, arguments: arguments, range: SourceRange(name.range.lowerBound, lastClosing)))
    }

    private mutating func parseArguments() throws(PromQLSyntaxError) -> [QueryExpression] {
        try expect(.leftParenthesis)
        height = 1
        if skip(.rightParenthesis) { return [] }
        var arguments = [try parseExpression()]
        var tallest = height
        while current.kind == .comma {
            let comma = current
            advance()
            if current.kind != .error, !current.startsExpression {
                throw failure("trailing commas not allowed in function call args", at: comma.range)
            }
            arguments.append(try parseExpression())
            tallest = max(tallest, height)
        }
        try expect(.rightParenthesis)
        try grow(over: tallest)
        return arguments
    }

    mutating func parseAggregation(_ operation: AggregationOperator) throws(PromQLSyntaxError) -> QueryExpression {
        let start = current.range.lowerBound
        advance()
        contexts.append(.aggregation)
        defer { contexts.removeLast() }
        var grouping = try parseGrouping()
        let arguments = try parseArguments()
        var end = lastClosing
        if grouping == nil {
            grouping = try parseGrouping()
            end = lastClosing
        }
        let range = SourceRange(start, end)
        guard !arguments.isEmpty else { throw failure("no arguments for aggregate expression provided", at: range) }
        let wanted = operation.takesParameter ? 2 : 1
        guard arguments.count == wanted else {
            throw failure(
                "wrong number of arguments for aggregate expression provided, expected \(wanted), got \(arguments.count)", at: range)
        }
        return .aggregation(
            Aggregation(
                operation: operation, expression: arguments[wanted - 1],
                parameter: operation.takesParameter ? arguments[0] : nil, grouping: grouping?.labels ?? [],
                isWithout: grouping?.isWithout ?? false, range: range))
    }

    private mutating func parseGrouping() throws(PromQLSyntaxError) -> (labels: LabelNames, isWithout: Bool)? {
        guard case .keyword(let keyword) = current.kind, keyword == .by || keyword == .without else { return nil }
        advance()
        return (LabelNames(try parseLabelList()), keyword == .without)
    }

    /// `(a, b, "c.d")`, with an optional comma behind the last.
    private mutating func parseLabelList() throws(PromQLSyntaxError) -> [String] {
        guard skip(.leftParenthesis) else { throw unexpected("grouping opts", expected: "\"(\"") }
        var names: [String] = []
        if skip(.rightParenthesis) { return names }
        while true {
            let token = current
            if token.kind == .string {
                let name = try unquoted(token)
                if name.isEmpty { throw failure("invalid label name for grouping: \(GoQuote.quote(name))", at: token.range) }
                names.append(name)
            } else if token.isLabelName {
                names.append(text(token))
            } else {
                throw unexpected("grouping opts", expected: "label")
            }
            advance()
            if skip(.comma) {
                if skip(.rightParenthesis) { return names }
            } else {
                guard skip(.rightParenthesis) else { throw unexpected("grouping opts", expected: "\",\" or \")\"") }
                return names
            }
        }
    }

    // MARK: Modifiers of binary operators

    mutating func parseModifiers() throws(PromQLSyntaxError) -> (returnsBool: Bool, matching: VectorMatching) {
        let returnsBool = skip(.keyword(.bool))
        var matching = VectorMatching()
        if case .keyword(let keyword) = current.kind, keyword == .on || keyword == .ignoring {
            advance()
            matching.labels = LabelNames(try parseLabelList())
            matching.isOn = keyword == .on
            if case .keyword(let side) = current.kind, side == .groupLeft || side == .groupRight {
                advance()
                matching.cardinality = side == .groupLeft ? .manyToOne : .oneToMany
                if current.kind == .leftParenthesis {
                    matching.included = try parseLabelList()
                } else if current.kind != .error, !current.startsExpression {
                    throw unexpected("grouping opts", expected: "\"(\"")
                }
            }
        }
        try parseFills(into: &matching)
        return (returnsBool, matching)
    }

    private mutating func parseFills(into matching: inout VectorMatching) throws(PromQLSyntaxError) {
        guard case .keyword(let first) = current.kind, first.isFill else { return }
        advance()
        let value = try parseFillValue()
        if first != .fillRight { matching.leftFill = value }
        if first != .fillLeft { matching.rightFill = value }
        guard first != .fill, case .keyword(let second) = current.kind, second.isFill, second != .fill, second != first
        else { return }
        advance()
        let other = try parseFillValue()
        if second == .fillLeft { matching.leftFill = other } else { matching.rightFill = other }
    }

    private mutating func parseFillValue() throws(PromQLSyntaxError) -> Double {
        try expect(.leftParenthesis)
        let isNegative = current.kind == .binary(.subtract)
        if isNegative || current.kind == .binary(.add) { advance() }
        guard current.kind == .number || current.kind == .duration else { throw unexpected() }
        let value = try parseNumber().value
        try expect(.rightParenthesis)
        return isNegative ? -value : value
    }
}
