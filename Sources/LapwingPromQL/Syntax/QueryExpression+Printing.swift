import LapwingSeries
import LapwingText

/// An expression's text in one line, as upstream's `String()` gives it: what was read from it is the same expression.
///
/// Source: Prometheus 3.14 `promql/parser/printer.go`.
extension QueryExpression: CustomStringConvertible {
    /// - Complexity: O(bytes).
    public var description: String {
        var printer = ExpressionPrinter()
        printer.write(self)
        return printer.text
    }
}

/// Writes expressions one behind the other.
struct ExpressionPrinter {
    private(set) var text = ""
    /// The bytes past which nothing more needs to be written.
    private let limit: Int

    init(limit: Int = .max) { self.limit = limit }

    /// Whether the text is longer than what was asked for, and therefore not whole.
    var isFull: Bool { text.utf8.count > limit }

    mutating func write(_ words: String) { text += words }

    mutating func write(_ expression: QueryExpression) {
        if isFull { return }
        switch expression {
        case .number(let node): text += node.text
        case .string(let node): text += node.malformed.map { GoQuote.quote(bytes: $0) } ?? node.value.literal
        case .vectorSelector(let node): write(node)
        case .matrixSelector(let node): write(node)
        case .subquery(let node):
            write(node.expression)
            write(node.suffix)
        case .call(let node):
            text += node.function.name
            text += "("
            for (index, argument) in node.arguments.enumerated() {
                if index > 0 { text += ", " }
                write(argument)
            }
            text += ")"
        case .aggregation(let node): write(node)
        case .binary(let node):
            if let base = node.unsignedBase { text += base } else { write(node.left) }
            text += " \(node.operatorText) "
            write(node.right)
        case .unary(let node):
            text += node.operation.rawValue
            write(node.operand)
        case .parenthesized(let node):
            text += "("
            write(node.expression)
            text += ")"
        }
    }

    private mutating func write(_ node: Aggregation) {
        text += node.operatorText
        text += "("
        if let parameter = node.parameter {
            write(parameter)
            text += ", "
        }
        write(node.expression)
        text += ")"
    }

    private mutating func write(_ node: VectorSelector) {
        writeMatchers(of: node)
        text += node.time.anchorText
        if let rangeExtension = node.rangeExtension { text += " \(rangeExtension.rawValue)" }
        text += node.time.offsetText
    }

    /// The same modifiers stand behind the brackets, the extension before `@`.
    private mutating func write(_ node: MatrixSelector) {
        writeMatchers(of: node.selector)
        text += "[\(node.window)]"
        if let rangeExtension = node.selector.rangeExtension { text += " \(rangeExtension.rawValue)" }
        text += node.selector.time.anchorText
        text += node.selector.time.offsetText
    }

    private mutating func writeMatchers(of node: VectorSelector) {
        text += node.name
        let matchers = node.matchers.filter {
            !($0.name == LabelName.metric && $0.operation == .equal && $0.value == node.name && !node.name.isEmpty)
        }
        // Upstream prints nothing for `{}`, which is not read again.
        if matchers.isEmpty, !node.name.isEmpty { return }
        let texts = matchers.map { Array($0.text.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
        text += "{"
        text += texts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",")
        text += "}"
    }
}

extension String {
    /// In double quotes. What stands for bytes that are no UTF-8 is escaped, because the lexer refuses it as it is.
    fileprivate var literal: String {
        let quoted = GoQuote.quote(self)
        if !unicodeScalars.contains("\u{FFFD}") { return quoted }
        var text = ""
        for scalar in quoted.unicodeScalars {
            if scalar == "\u{FFFD}" { text += "\\ufffd" } else { text.unicodeScalars.append(scalar) }
        }
        return text
    }
}

extension Matcher {
    fileprivate var text: String { "\(LabelName.isLegacy(name) ? name : name.literal)\(operation.rawValue)\(value.literal)" }
}

extension NumberLiteral {
    /// Never with an exponent; a duration as a duration.
    var text: String {
        isDuration ? DurationText.text(seconds: value) : GoNumber.text(value, .fixed)
    }
}

extension TimeModifier {
    fileprivate var anchorText: String {
        switch anchor {
        case .time(let milliseconds): " @ \(GoNumber.text(Double(milliseconds) / 1000, .fixed, precision: 3))"
        case .start: " @ start()"
        case .end: " @ end()"
        case nil: ""
        }
    }

    /// A sum, which after `offset` can be read only behind two signs or in parentheses, is written in parentheses.
    fileprivate var offsetText: String {
        guard let offset else { return "" }
        return offset.isOneTerm ? " offset \(offset)" : " offset (\(offset))"
    }
}

extension Subquery {
    /// `[1h:5m] @ 100.000 offset 5m`.
    var suffix: String { "[\(window):\(step.map { $0.description } ?? "")]\(time.anchorText)\(time.offsetText)" }
}

extension Aggregation {
    /// `sum by (a, b) `, with a space behind the labels.
    var operatorText: String {
        if isWithout { return "\(operation.rawValue) without (\(grouping.text)) " }
        return grouping.isEmpty ? operation.rawValue : "\(operation.rawValue) by (\(grouping.text)) "
    }
}

extension BinaryOperation {
    /// The text of a left operand whose sign would be read as that of the whole power.
    var unsignedBase: String? {
        guard operation == .power, case .number(let base) = left, base.value == .infinity else { return nil }
        return "Inf"
    }

    /// The operator with its modifiers: `== bool on (a) group_left (b)`.
    var operatorText: String {
        var text = operation.rawValue
        if returnsBool { text += " bool" }
        guard let matching else { return text }
        let hasGroup = matching.cardinality == .manyToOne || matching.cardinality == .oneToMany
        if !matching.labels.isEmpty || matching.isOn || hasGroup {
            text += " \(matching.isOn ? "on" : "ignoring") (\(matching.labels.text))"
        }
        if hasGroup {
            text += " group_\(matching.cardinality == .manyToOne ? "left" : "right") (\(LabelNames(matching.included).text))"
        }
        switch (matching.leftFill, matching.rightFill) {
        case (let left?, let right?) where left == right: text += " fill (\(GoNumber.text(left)))"
        case (let left, let right):
            if let left { text += " fill_left (\(GoNumber.text(left)))" }
            if let right { text += " fill_right (\(GoNumber.text(right)))" }
        }
        return text
    }
}

extension LabelNames {
    /// The names as written, in quotes where they are more than letters, digits and `_`, or would be read as numbers.
    fileprivate var text: String {
        names.map { LabelName.isLegacy($0) && Token.words[$0.lowercased()] != .number ? $0 : $0.literal }.joined(separator: ", ")
    }
}
