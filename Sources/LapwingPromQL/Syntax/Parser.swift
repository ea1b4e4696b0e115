public import LapwingSeries
import LapwingText

/// Reads PromQL: text → syntax tree, checked for types.
///
/// Recursive descent over tokens, with binary operators by precedence climbing; the grammar, the order of errors and
/// their words are upstream's (Prometheus 3.14 `promql/parser/generated_parser.y`, `parse.go`), experimental syntax on.
public struct Parser {
    let source: [UInt8]
    let tokens: [Token]
    var position = 0
    var nesting = 0
    /// What a word that stands where it cannot is told to be in, innermost last: upstream's error productions.
    var contexts: [FaultContext] = []
    /// How high the tree of the last expression is.
    var height = 0
    /// Operators in the duration that is being read.
    var durationOperations = 0
    /// The end of the last closing bracket, number or duration that was read.
    var lastClosing = 0
    private let lexerError: PromQLSyntaxError?

    /// The expression that `query` is.
    ///
    /// - Complexity: O(bytes).
    /// - Throws: the first fault of grammar, else the first fault of types.
    public static func parse(_ query: String) throws(PromQLSyntaxError) -> QueryExpression {
        var parser = try Parser(query)
        if parser.current.kind == .end {
            throw PromQLSyntaxError("no expression found in input", at: SourceRange(0, 0), in: parser.source)
        }
        let expression = try parser.parseExpression()
        guard parser.current.kind == .end else { throw parser.unexpected() }
        return try TypeChecker(source: parser.source).check(expression)
    }

    /// A selector alone, as `--series` takes it.
    ///
    /// - Parameter mayTakeAll: whether it may let every series pass, as upstream's `ParseMetricSelector` has it.
    public static func parseSelector(_ text: String, mayTakeAll: Bool = false) throws(PromQLSyntaxError) -> [Matcher] {
        var parser = try Parser(text)
        guard parser.current.kind == .leftBrace || parser.current.isMetricName else { throw parser.unexpected() }
        let selector = try parser.parseVectorSelector()
        guard parser.current.kind == .end else { throw parser.unexpected() }
        if !mayTakeAll { _ = try TypeChecker(source: parser.source).check(.vectorSelector(selector)) }
        return selector.matchers
    }

    init(_ query: String) throws(PromQLSyntaxError) {
        source = Array(query.utf8)
        if source.count > QueryLimits.bytes {
            throw PromQLSyntaxError(
                "the query has \(source.count) bytes, and at most \(QueryLimits.bytes) are allowed", at: SourceRange(0, 0), in: source)
        }
        var lexer = Lexer(source)
        lexer.run()
        tokens = lexer.tokens
        lexerError = lexer.error
    }

    // MARK: Tokens

    var current: Token { tokens[min(position, tokens.count - 1)] }

    func text(_ token: Token) -> String {
        String(decoding: source[token.range.lowerBound..<token.range.upperBound], as: UTF8.self)
    }

    mutating func advance() {
        switch current.kind {
        case .rightBrace, .rightParenthesis, .rightBracket, .duration, .number: lastClosing = current.range.upperBound
        default: break
        }
        if position < tokens.count - 1 { position += 1 }
    }

    mutating func skip(_ kind: Token.Kind) -> Bool {
        guard current.kind == kind else { return false }
        advance()
        return true
    }

    mutating func expect(_ kind: Token.Kind) throws(PromQLSyntaxError) {
        guard skip(kind) else { throw unexpected() }
    }

    func failure(_ message: String, at range: SourceRange, help: String? = nil) -> PromQLSyntaxError {
        PromQLSyntaxError(message, at: range, help: help, in: source)
    }

    /// The current token stands where it cannot.
    func unexpected(_ context: String = "", expected: String = "") -> PromQLSyntaxError {
        if current.kind == .error, let lexerError { return lexerError }
        let (context, expected) = context.isEmpty ? (contexts.last?.name ?? "", contexts.last?.expected ?? "") : (context, expected)
        var message = "unexpected \(current.described(in: source))"
        if !context.isEmpty { message += " in \(context)" }
        if !expected.isEmpty { message += ", expected \(expected)" }
        return failure(message, at: current.range, help: help)
    }

    /// Reads something whose faults are told as faults of `context`.
    mutating func inside<T>(
        _ context: FaultContext, _ body: (inout Parser) throws(PromQLSyntaxError) -> T
    ) throws(PromQLSyntaxError) -> T {
        contexts.append(context)
        defer { contexts.removeLast() }
        return try body(&self)
    }

    mutating func nested<T>(_ body: (inout Parser) throws(PromQLSyntaxError) -> T) throws(PromQLSyntaxError) -> T {
        nesting += 1
        defer { nesting -= 1 }
        if nesting > QueryLimits.nesting {
            throw failure("the query is nested more than \(QueryLimits.nesting) deep", at: current.range)
        }
        return try body(&self)
    }

    /// The last expression becomes part of a higher one, beside one of height `other`.
    mutating func grow(over other: Int = 0) throws(PromQLSyntaxError) {
        height = max(height, other) + 1
        if height > QueryLimits.height {
            throw failure("the query has more than \(QueryLimits.height) operations within one another", at: current.range)
        }
    }

    // MARK: Expressions

    mutating func parseExpression() throws(PromQLSyntaxError) -> QueryExpression { try parseBinary(above: 0) }

    /// Operators that bind more tightly than `level`, all left-associative but `^`.
    mutating func parseBinary(above level: Int) throws(PromQLSyntaxError) -> QueryExpression {
        try nested { (parser: inout Parser) throws(PromQLSyntaxError) -> QueryExpression in
            var left = try parser.parseUnary()
            while case .binary(let operation) = parser.current.kind, operation.precedence > level {
                let leftHeight = parser.height
                parser.advance()
                let modifiers = try parser.parseModifiers()
                let right = try parser.parseBinary(above: operation.rightLevel)
                try parser.grow(over: leftHeight)
                left = .binary(
                    BinaryOperation(
                        operation: operation, left: left, right: right, returnsBool: modifiers.returnsBool,
                        matching: modifiers.matching))
            }
            return left
        }
    }

    /// A sign binds as tightly as `*`, so that -1^2 is -(1^2).
    private mutating func parseUnary() throws(PromQLSyntaxError) -> QueryExpression {
        guard case .binary(let sign) = current.kind, sign == .add || sign == .subtract else { return try parsePostfix() }
        let start = current.range.lowerBound
        advance()
        let operand = try parseBinary(above: BinaryOperator.multiply.precedence)
        if case .number(var number) = operand {
            if sign == .subtract { number.value.negate() }
            number.range = SourceRange(start, number.range.upperBound)
            return .number(number)
        }
        try grow()
        return .unary(
            UnaryOperation(
                operation: sign == .add ? .plus : .minus, operand: operand,
                range: SourceRange(start, operand.range.upperBound)))
    }

    /// Ranges, subqueries, `offset`, `@`, `anchored` and `smoothed` bind to what stands before them.
    private mutating func parsePostfix() throws(PromQLSyntaxError) -> QueryExpression {
        var expression = try parsePrimary()
        while true {
            switch current.kind {
            case .leftBracket: expression = try parseBracket(after: expression)
            case .keyword(.offset): expression = try parseOffset(after: expression)
            case .at: expression = try parseAnchor(after: expression)
            case .keyword(.anchored): expression = try parseExtension(.anchored, after: expression)
            case .keyword(.smoothed): expression = try parseExtension(.smoothed, after: expression)
            default: return expression
            }
        }
    }

    private mutating func parsePrimary() throws(PromQLSyntaxError) -> QueryExpression {
        let token = current
        switch token.kind {
        case .number, .duration:
            height = 1
            return .number(try parseNumber())
        case .string:
            advance()
            height = 1
            let value = try unquoted(token)
            let bytes = value.unicodeScalars.contains("\u{FFFD}") ? try? GoQuote.unquote(Array(text(token).utf8)) : nil
            let malformed = bytes.flatMap { String(validating: $0, as: UTF8.self) == nil ? $0 : nil }
            return .string(StringLiteral(value: value, malformed: malformed, range: token.range))
        case .leftParenthesis:
            advance()
            let inner = try parseExpression()
            try expect(.rightParenthesis)
            try grow()
            return .parenthesized(Parenthesized(expression: inner, range: SourceRange(token.range.lowerBound, lastClosing)))
        case .leftBrace: return .vectorSelector(try parseVectorSelector())
        case .aggregator(let operation):
            // Without arguments or modifiers behind it, the word is a metric.
            return startsAggregation ? try parseAggregation(operation) : .vectorSelector(try parseVectorSelector())
        case .identifier, .preprocessor:
            if tokens[min(position + 1, tokens.count - 1)].kind == .leftParenthesis { return try parseCall() }
            return .vectorSelector(try parseVectorSelector())
        default:
            guard token.isMetricName else { throw unexpected() }
            return .vectorSelector(try parseVectorSelector())
        }
    }

    private var startsAggregation: Bool {
        switch tokens[min(position + 1, tokens.count - 1)].kind {
        case .leftParenthesis, .keyword(.by), .keyword(.without): true
        default: false
        }
    }
}
