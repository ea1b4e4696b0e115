import LapwingText

/// Durations in brackets and after `offset`, with arithmetic.
extension Parser {
    /// The longest literal: what Go's 64-bit nanoseconds hold, in seconds.
    private static let maximumSeconds = 9_223_372_036.854775807

    var startsDuration: Bool {
        switch current.kind {
        case .number, .duration, .leftParenthesis: true
        case .binary(let operation): operation == .add || operation == .subtract
        case .preprocessor(let word): word != .start && word != .end
        default: false
        }
    }

    mutating func parsePositiveDuration() throws(PromQLSyntaxError) -> DurationText {
        durationOperations = 0
        let duration = try parseDuration(above: 0)
        if let literal = duration.literalSeconds, literal <= 0 {
            throw failure("duration must be greater than 0", at: duration.sourceRange)
        }
        return duration.settled
    }

    /// After `offset` stands one term: `foo offset -2^2` is `(foo offset -2)^2`. Only what begins with a parenthesis or two signs
    /// may be arithmetic without parentheses, and is read as if it had them.
    mutating func parseOffsetDuration() throws(PromQLSyntaxError) -> DurationText {
        durationOperations = 0
        let hasTwoSigns = current.isSign && tokens[min(position + 1, tokens.count - 1)].isSign
        guard current.kind == .leftParenthesis || hasTwoSigns else { return try parseDurationTerm().settled }
        let duration = try parseDuration(above: 0)
        return duration.isOneTerm ? duration.settled : .parenthesized(duration, duration.sourceRange)
    }

    private mutating func parseDuration(above level: Int) throws(PromQLSyntaxError) -> DurationText {
        try nested { (parser: inout Parser) throws(PromQLSyntaxError) -> DurationText in
            var left = try parser.parseDurationUnary()
            while case .binary(let sign) = parser.current.kind, let operation = DurationText.Operator(rawValue: sign.rawValue),
                sign.precedence > level
            {
                let place = parser.current.range
                parser.durationOperations += 1
                if parser.durationOperations > QueryLimits.height {
                    throw parser.failure("a duration has more than \(QueryLimits.height) operations", at: place)
                }
                parser.advance()
                guard parser.startsDuration else { throw parser.unexpected() }
                let right = try parser.parseDuration(above: operation == .power ? sign.precedence - 1 : sign.precedence)
                if right.literalSeconds == 0, operation == .divide || operation == .modulo {
                    throw parser.failure(operation == .divide ? "division by zero" : "modulo by zero", at: place)
                }
                left = .binary(operation, left, right)
            }
            return left
        }
    }

    /// A sign binds as tightly as `*`.
    private mutating func parseDurationUnary() throws(PromQLSyntaxError) -> DurationText {
        guard case .binary(let sign) = current.kind, sign == .add || sign == .subtract else { return try parseDurationTerm() }
        let start = current.range.lowerBound
        advance()
        guard startsDuration else { throw unexpected() }
        return signed(try parseDuration(above: BinaryOperator.multiply.precedence), sign, start: start)
    }

    private func signed(_ operand: DurationText, _ sign: BinaryOperator, start: Int) -> DurationText {
        let range = SourceRange(start, operand.sourceRange.upperBound)
        if case .number(let value, let isDuration, _) = operand {
            return .number(sign == .subtract ? -value : value, isDuration: isDuration, range)
        }
        return sign == .subtract ? .negative(operand, range) : operand
    }

    private mutating func parseDurationTerm() throws(PromQLSyntaxError) -> DurationText {
        let token = current
        switch token.kind {
        case .number, .duration:
            let number = try parseNumber()
            guard number.value <= Self.maximumSeconds, number.value >= -Self.maximumSeconds else {
                throw failure("duration out of range", at: number.range)
            }
            return .number(number.value, isDuration: number.isDuration, number.range)
        case .binary(let sign) where sign == .add || sign == .subtract:
            advance()
            guard startsDuration else { throw unexpected() }
            return signed(try parseDurationTerm(), sign, start: token.range.lowerBound)
        case .leftParenthesis:
            advance()
            let inner = try parseDuration(above: 0)
            try expect(.rightParenthesis)
            // A second pair means nothing, and is not printed.
            if case .parenthesized = inner { return inner }
            return .parenthesized(inner, SourceRange(token.range.lowerBound, lastClosing))
        case .preprocessor(let word) where word == .step || word == .range:
            advance()
            try expect(.leftParenthesis)
            try expect(.rightParenthesis)
            let range = SourceRange(token.range.lowerBound, lastClosing)
            return word == .step ? .step(range) : .range(range)
        case .preprocessor(let word) where word == .maximum || word == .minimum:
            advance()
            try expect(.leftParenthesis)
            let first = try parseDuration(above: 0)
            try expect(.comma)
            let second = try parseDuration(above: 0)
            try expect(.rightParenthesis)
            let range = SourceRange(token.range.lowerBound, lastClosing)
            return word == .maximum ? .maximum(first, second, range) : .minimum(first, second, range)
        default: throw unexpected()
        }
    }
}

extension DurationText {
    /// The seconds of a literal that stands alone.
    var literalSeconds: Double? {
        switch self {
        case .number(let seconds, _, _): seconds
        case .literal(let milliseconds, _, _): Double(milliseconds) / 1000
        default: nil
        }
    }

    /// A literal alone as whole milliseconds; anything else as it is.
    var settled: DurationText {
        guard case .number(let seconds, let isDuration, let range) = self else { return self }
        let nanoseconds = (seconds * 1e9).rounded(.toNearestOrAwayFromZero)
        return .literal(milliseconds: Self.milliseconds(nanoseconds: nanoseconds), isNumber: !isDuration, range)
    }
}
