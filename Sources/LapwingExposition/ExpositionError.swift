public import LapwingText

/// Why a page cannot be read: what was expected, what stands there, and where.
///
/// One broken line fails the whole page, as in Prometheus: half a page would look like series that ended.
public struct ExpositionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// `expected label value, got "'"`: Prometheus' words where it has them.
    public var message: String
    /// The bytes meant.
    public var range: SourceRange
    public var position: SourcePosition
    /// The line up to and with the bytes meant, cut to `excerptLimit` bytes.
    public var excerpt: String

    /// Bytes of a line that an error repeats.
    public static let excerptLimit = 100

    public var description: String {
        let place = "line \(position.line), column \(position.column): \(message)"
        return excerpt.isEmpty ? place : "\(place) while parsing: \(excerpt)"
    }

    public var diagnostic: Diagnostic { Diagnostic(.error, message, at: range) }

    /// - Complexity: O(bytes before the error): lines are counted only once one is found.
    init(_ message: String, at range: SourceRange, in bytes: Span<UInt8>, showsLine: Bool = true) {
        let lower = min(max(range.lowerBound, 0), bytes.count)
        let upper = min(max(range.upperBound, lower), bytes.count)
        var line = 1
        var lineStart = 0
        for index in 0..<lower where bytes[index] == UInt8(ascii: "\n") {
            line += 1
            lineStart = index + 1
        }
        var column = 1
        for index in lineStart..<lower where bytes[index] & 0xC0 != 0x80 { column += 1 }
        self.message = message
        self.range = SourceRange(lower, upper)
        position = SourcePosition(line: line, column: column)
        excerpt = showsLine ? Self.quoted(bytes, max(lineStart, upper - Self.excerptLimit), upper) : ""
    }

    static func quoted(_ bytes: Span<UInt8>, _ lower: Int, _ upper: Int) -> String {
        GoQuote.quote(bytes: (lower..<upper).map { bytes[$0] })
    }
}
