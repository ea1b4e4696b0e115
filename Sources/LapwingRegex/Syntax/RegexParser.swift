import LapwingText

/// Reads RE2's syntax, with Perl's classes and flags, as Go's `regexp/syntax` does.
struct RegexParser {
    struct Flags {
        var foldsCase: Bool
        var dotMatchesNewline: Bool
        var isMultiline = false
        var isUngreedy = false
    }

    let pattern: [Unicode.Scalar]
    private let offsets: [Int]
    var position = 0
    var flags: Flags
    var groupNames: [String] = [""]
    private var depth = 0

    init(_ text: String, _ options: RegularExpression.Options) {
        self.init(text, flags: Flags(foldsCase: options.isCaseInsensitive, dotMatchesNewline: options.dotMatchesNewline))
    }

    init(_ text: String, flags: Flags) {
        pattern = Array(text.unicodeScalars)
        var offset = 0
        var offsets: [Int] = []
        for scalar in pattern {
            offsets.append(offset)
            offset += String(scalar).utf8.count
        }
        offsets.append(offset)
        self.offsets = offsets
        self.flags = flags
    }

    mutating func parse() throws(RegularExpressionError) -> RegexNode {
        if let end = offsets.last, end > RegularExpressionLimits.bytes {
            throw failure("expression too large", from: pattern.count)
        }
        let node = try parseAlternation()
        if current != nil {
            throw RegularExpressionError("unexpected )", text(0..<pattern.count), at: range(position..<position + 1))
        }
        return node
    }

    // MARK: Text

    var current: Unicode.Scalar? { position < pattern.count ? pattern[position] : nil }

    func peek(_ distance: Int) -> Unicode.Scalar? {
        position + distance < pattern.count ? pattern[position + distance] : nil
    }

    mutating func advance(_ count: Int = 1) { position = min(pattern.count, position + count) }

    mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard current == scalar else { return false }
        position += 1
        return true
    }

    func text(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(pattern[range])) }

    func range(_ scalars: Range<Int>) -> SourceRange {
        SourceRange(offsets[scalars.lowerBound], offsets[min(scalars.upperBound, pattern.count)])
    }

    func failure(_ code: String, from start: Int) -> RegularExpressionError {
        let start = min(start, pattern.count)
        let end = max(start, min(position, pattern.count))
        return RegularExpressionError(code, text(start..<end), at: range(start..<end))
    }

    // MARK: Structure

    mutating func parseAlternation() throws(RegularExpressionError) -> RegexNode {
        depth += 1
        defer { depth -= 1 }
        if depth > RegularExpressionLimits.nesting {
            throw RegularExpressionError(
                "expression nests too deeply", text(0..<pattern.count), at: range(0..<pattern.count))
        }
        let outer = flags
        defer { flags = outer }
        var branches: [RegexNode] = []
        repeat { branches.append(try parseConcatenation()) } while skip("|")
        return branches.count == 1 ? branches[0] : .alternation(branches)
    }

    private mutating func parseConcatenation() throws(RegularExpressionError) -> RegexNode {
        var parts: [RegexNode] = []
        // Where the operator right before this place stands: Go refuses one upon another.
        var operatorStart: Int?
        while let scalar = current, scalar != "|", scalar != ")" {
            let start = position
            if let bounds = try parseRepetitionOperator() {
                if let operatorStart { throw failure("invalid nested repetition operator", from: operatorStart) }
                guard let atom = parts.popLast() else {
                    throw failure("missing argument to repetition operator", from: start)
                }
                let node = RegexNode.repetition(
                    atom, minimum: bounds.minimum, maximum: bounds.maximum, isGreedy: bounds.isGreedy)
                if scalar == "{", max(bounds.minimum, bounds.maximum ?? 0) >= 2,
                    node.expansion > RegularExpressionLimits.repetitions
                {
                    throw failure("invalid repeat count", from: start)
                }
                parts.append(node)
                operatorStart = start
            } else {
                parts += try parseAtoms()
                operatorStart = nil
            }
        }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .concatenation(parts)
    }

    private typealias RepetitionBounds = (minimum: Int, maximum: Int?, isGreedy: Bool)

    /// `*`, `+`, `?` or counts in braces, each with a `?` behind it or not; nil, with nothing read, for anything else.
    private mutating func parseRepetitionOperator() throws(RegularExpressionError) -> RepetitionBounds? {
        let start = position
        var bounds: RepetitionBounds = (0, nil, true)
        switch current {
        case "*": advance()
        case "+":
            bounds.minimum = 1
            advance()
        case "?":
            bounds.maximum = 1
            advance()
        case "{":
            guard let count = repetitionCount(at: position) else { return nil }
            advance(count.length)
            bounds = (count.minimum, count.maximum, true)
            let limit = RegularExpressionLimits.repetitions
            guard count.minimum <= limit, (count.maximum ?? 0) <= limit,
                count.maximum.map({ $0 >= count.minimum }) ?? true
            else { throw failure("invalid repeat count", from: start) }
        default: return nil
        }
        bounds.isGreedy = skip("?") == flags.isUngreedy
        return bounds
    }

    /// The bounds of a `{n}`, `{n,}` or `{n,m}`; nil where the brace is a letter like any other.
    private func repetitionCount(at start: Int) -> (minimum: Int, maximum: Int?, length: Int)? {
        var index = start + 1
        func number() -> (Int?, Int) {
            var end = index
            while end < pattern.count, ("0"..."9").contains(pattern[end]) { end += 1 }
            // A count does not start with a needless zero; a brace with one is a letter.
            if end == index || end - index > 1 && pattern[index] == "0" { return (nil, end) }
            return (end - index > 9 ? Int.max : Int(text(index..<end)), end)
        }
        let (minimum, afterMinimum) = number()
        guard let minimum else { return nil }
        index = afterMinimum
        var maximum: Int? = minimum
        if index < pattern.count, pattern[index] == "," {
            index += 1
            let (bound, afterMaximum) = number()
            if bound == nil, afterMaximum != index { return nil }
            maximum = bound
            index = afterMaximum
        }
        guard index < pattern.count, pattern[index] == "}" else { return nil }
        return (minimum, maximum, index + 1 - start)
    }

    // MARK: Atoms

    /// The next atom: several for a quotation, none for what only changes flags.
    private mutating func parseAtoms() throws(RegularExpressionError) -> [RegexNode] {
        guard let scalar = current else { return [] }
        switch scalar {
        case "(": return try parseGroup().map { [$0] } ?? []
        case "[": return [.set(try parseClass())]
        case ".":
            advance()
            return [.set(flags.dotMatchesNewline ? .all : .notNewline)]
        case "^":
            advance()
            return [.assertion(flags.isMultiline ? .beginLine : .beginText)]
        case "$":
            advance()
            return [.assertion(flags.isMultiline ? .endLine : .endText)]
        case "\\": return peek(1) == "Q" ? parseQuoted() : [try parseEscape()]
        default:
            advance()
            return [literal(scalar)]
        }
    }

    func literal(_ scalar: Unicode.Scalar) -> RegexNode {
        let set = ScalarSet(scalar.value)
        return .set(flags.foldsCase ? CaseFolding.closed(set) : set)
    }
}

extension RegexNode {
    /// How often the innermost atom is written when all counted repetitions are.
    var expansion: Int {
        switch self {
        case .empty, .set, .assertion: 1
        case .concatenation(let parts), .alternation(let parts): parts.map(\.expansion).max() ?? 1
        case .group(let inner, _): inner.expansion
        case .repetition(let inner, let minimum, let maximum, _):
            Swift.max(
                1,
                inner.expansion.multipliedReportingOverflow(by: Swift.max(minimum, maximum ?? minimum, 1)).partialValue)
        }
    }
}
