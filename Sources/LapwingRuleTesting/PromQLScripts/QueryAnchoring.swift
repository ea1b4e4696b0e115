import LapwingPromQL

extension PreparedQuery {
    /// The query with `@` at every selector and subquery that has no time of its own, but for those inside a subquery.
    ///
    /// Nil where the query's value depends on its own time all the same.
    func anchored(at time: Int64) -> PreparedQuery? {
        guard let expression = expression.anchored(at: time) else { return nil }
        return PreparedQuery(text: text, expression: expression)
    }

    /// Whether the query asks for its own start, end, range or step.
    var asksForItsRange: Bool { ["start()", "end()", "range()", "step()"].contains { text.contains($0) } }
}

extension QueryExpression {
    /// Functions that look at the time of evaluation even where their arguments do not.
    private static let timeDependent: Set<String> = [
        "days_in_month", "day_of_month", "day_of_week", "day_of_year", "end", "hour", "minute", "month", "year", "predict_linear", "range",
        "start", "step", "time", "timestamp",
    ]

    fileprivate func anchored(at time: Int64) -> QueryExpression? {
        switch self {
        case .number, .string: return self
        case .vectorSelector(var node):
            node.time.fix(at: time)
            return .vectorSelector(node)
        case .matrixSelector(var node):
            node.selector.time.fix(at: time)
            return .matrixSelector(node)
        case .subquery(var node):
            node.time.fix(at: time)
            return .subquery(node)
        case .call(var node):
            guard !Self.timeDependent.contains(node.function.name) else { return nil }
            for index in node.arguments.indices {
                guard let argument = node.arguments[index].anchored(at: time) else { return nil }
                node.arguments[index] = argument
            }
            return .call(node)
        case .aggregation(var node):
            guard let inner = node.expression.anchored(at: time) else { return nil }
            node.expression = inner
            if let parameter = node.parameter {
                guard let fixed = parameter.anchored(at: time) else { return nil }
                node.parameter = fixed
            }
            return .aggregation(node)
        case .binary(var node):
            guard let left = node.left.anchored(at: time), let right = node.right.anchored(at: time) else { return nil }
            (node.left, node.right) = (left, right)
            return .binary(node)
        case .unary(var node):
            guard let operand = node.operand.anchored(at: time) else { return nil }
            node.operand = operand
            return .unary(node)
        case .parenthesized(var node):
            guard let inner = node.expression.anchored(at: time) else { return nil }
            node.expression = inner
            return .parenthesized(node)
        }
    }
}

extension TimeModifier {
    /// `start()` and `end()` are an instant query's own time.
    fileprivate mutating func fix(at time: Int64) {
        if case .time = anchor { return }
        anchor = .time(time)
    }
}
