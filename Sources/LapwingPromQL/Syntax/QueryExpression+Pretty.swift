/// Long expressions over several lines, as upstream's `Prettify` breaks them.
///
/// Source: Prometheus 3.14 `promql/parser/prettier.go`.
extension QueryExpression {
    /// Bytes up to which an expression stays on one line.
    public static let prettyWidth = 100

    /// The expression with what is longer than `width` bytes broken at its operators, calls and parentheses.
    /// - Complexity: O(bytes of the result + nodes × `width`).
    public func prettyText(width: Int = prettyWidth) -> String {
        var printer = PrettyPrinter(width: width)
        printer.write(self, level: 0)
        return printer.text
    }
}

private struct PrettyPrinter {
    let width: Int
    var text = ""

    private func fitsOneLine(_ expression: QueryExpression) -> Bool {
        var printer = ExpressionPrinter(limit: width)
        printer.write(expression)
        return !printer.isFull
    }

    private func indentation(_ level: Int) -> String { String(repeating: "  ", count: level) }

    /// - Parameter level: how deep the line is indented that the expression begins.
    mutating func write(_ expression: QueryExpression, level: Int) {
        switch expression {
        case .number, .string, .vectorSelector, .matrixSelector: text += indentation(level) + expression.description
        case .subquery(let node):
            // Upstream forgets the indentation of one that fits; so do we.
            if fitsOneLine(expression) { return text += expression.description }
            write(node.expression, level: level)
            text += node.suffix
        case .unary(let node):
            var operand = PrettyPrinter(width: width)
            operand.write(node.operand, level: level)
            text += indentation(level) + node.operation.rawValue + operand.text.drop { $0 == " " }
        case .aggregation, .binary, .call, .parenthesized:
            if fitsOneLine(expression) { return text += indentation(level) + expression.description }
            writeBroken(expression, level: level)
        }
    }

    private mutating func writeBroken(_ expression: QueryExpression, level: Int) {
        switch expression {
        case .binary(let node):
            if let base = node.unsignedBase { text += indentation(level + 1) + base } else { write(node.left, level: level + 1) }
            text += "\n\(indentation(level))\(node.operatorText)\n"
            write(node.right, level: level + 1)
        case .aggregation(let node):
            writeList((node.parameter.map { [$0] } ?? []) + [node.expression], behind: node.operatorText, level: level)
        case .call(let node): writeList(node.arguments, behind: node.function.name, level: level)
        case .parenthesized(let node): writeList([node.expression], behind: "", level: level)
        case .number, .string, .vectorSelector, .matrixSelector, .subquery, .unary: write(expression, level: level)
        }
    }

    private mutating func writeList(_ expressions: [QueryExpression], behind head: String, level: Int) {
        text += "\(indentation(level))\(head)(\n"
        for (index, expression) in expressions.enumerated() {
            if index > 0 { text += ",\n" }
            write(expression, level: level + 1)
        }
        text += "\n\(indentation(level)))"
    }
}
