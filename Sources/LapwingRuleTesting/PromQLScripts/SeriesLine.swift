import LapwingPromQL
import LapwingSeries
import LapwingText

/// A line of a script that writes a series: its labels, and its values or the start times of its samples.
struct SeriesLine {
    let labels: Labels
    let values: [ScriptValue]

    init(_ line: String) throws(PromQLSyntaxError) {
        let end = Self.endOfLabels(line)
        labels = try SeriesNotation.labels(String(line.utf8.prefix(end)) ?? line)
        var values: [ScriptValue] = []
        for item in Self.items(String(line.utf8.dropFirst(end)) ?? "") {
            let last = item.range(ofLast: "{{").map { item[$0...] }
            let statesHint = last?.contains("counter_reset_hint:") ?? false
            values += try SeriesNotation.values(item).map { ScriptValue(value: $0, statesHint: statesHint) }
        }
        self.values = values
    }

    /// How many bytes the labels take: up to the brace that closes, or to the first blank that no brace follows.
    private static func endOfLabels(_ line: String) -> Int {
        let bytes = Array(line.utf8)
        var quote: UInt8?
        var isInBraces = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if let open = quote {
                if byte == UInt8(ascii: "\\"), open != UInt8(ascii: "`") { index += 1 } else if byte == open { quote = nil }
            } else {
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"): quote = byte
                case UInt8(ascii: "{"): isInBraces = true
                case UInt8(ascii: "}"): return index + 1
                case UInt8(ascii: " "), UInt8(ascii: "\t"):
                    let rest = bytes[index...].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
                    // Braces may stand apart from their name; a histogram's are two.
                    let opensBraces = rest.first == UInt8(ascii: "{") && rest.dropFirst().first != UInt8(ascii: "{")
                    if !isInBraces, !opensBraces { return index }
                default: break
                }
            }
            index += 1
        }
        return bytes.count
    }

    /// The items between blanks, a histogram in its braces as one.
    private static func items(_ text: String) -> [String] {
        var items: [String] = []
        var current = ""
        var depth = 0
        for character in text {
            if character == "{" { depth += 1 } else if character == "}" { depth -= 1 }
            if depth <= 0, character == " " || character == "\t" {
                if !current.isEmpty { items.append(current) }
                current = ""
            } else {
                current.append(character)
            }
        }
        return current.isEmpty ? items : items + [current]
    }
}

extension String {
    /// Where the last occurrence of a text begins.
    fileprivate func range(ofLast text: String) -> String.Index? {
        indices.last { self[$0...].hasPrefix(text) }
    }
}

/// The start times of a series' samples, as offsets from them: `metric@st -1mx3 _ -30s-1mx2`.
struct StartTimeLine {
    let labels: Labels
    /// Milliseconds; nil where there is none.
    let offsets: [Int64?]

    /// Values that one line may expand to.
    static let maximumOffsets = 1_000_000

    /// Whether the name of a line's series ends with `@st`.
    static func isOne(_ line: String) -> Bool {
        let words = line.words
        return words.count > 1 && words[0].hasSuffix("@st")
    }

    init(_ line: String) throws(PromQLSyntaxError) {
        let words = line.words
        labels = try SeriesNotation.labels(String(words[0].dropLast(3)))
        var offsets: [Int64?] = []
        for word in words.dropFirst() {
            guard let expanded = Self.expanded(word[...]), offsets.count + expanded.count <= Self.maximumOffsets else {
                throw PromQLSyntaxError("invalid start time \(GoQuote.quote(word))")
            }
            offsets += expanded
        }
        self.offsets = offsets
    }

    private static func expanded(_ item: Substring) -> [Int64?]? {
        if item == "_" { return [nil] }
        if item.hasPrefix("_x") { return count(item.dropFirst(2)).map { Array(repeating: nil, count: $0) } }
        guard let (base, rest) = duration(item) else { return nil }
        if rest.isEmpty { return [base] }
        if rest.first == "x" { return count(rest.dropFirst()).map { Array(repeating: base, count: $0 + 1) } }
        guard rest.first == "+" || rest.first == "-", let (step, times) = duration(rest.dropFirst()), times.first == "x" else { return nil }
        let signed = rest.first == "-" ? -step : step
        return count(times.dropFirst()).map { count in (0...count).map { base &+ Int64($0) &* signed } }
    }

    private static func count(_ text: Substring) -> Int? {
        guard let count = Int(text), count >= 0, count < maximumOffsets else { return nil }
        return count
    }

    /// A duration with an optional sign, and what follows it.
    private static func duration(_ text: Substring) -> (milliseconds: Int64, rest: Substring)? {
        let isNegative = text.first == "-"
        let unsigned = isNegative || text.first == "+" ? text.dropFirst() : text
        let digits = unsigned.prefix { $0.isASCII && $0.isNumber }
        let unit = unsigned.dropFirst(digits.count).prefix { $0.isASCII && $0.isLetter && $0 != "x" }
        guard let value = try? PrometheusDuration.milliseconds(String(digits + unit)) else { return nil }
        return (isNegative ? -value : value, unsigned.dropFirst(digits.count + unit.count))
    }
}
