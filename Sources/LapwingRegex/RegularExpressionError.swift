public import LapwingText

/// Why a text is no regular expression: Go's words, and the place in the pattern.
public struct RegularExpressionError: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String
    public var range: SourceRange

    init(_ code: String, _ part: String, at range: SourceRange) {
        message = "error parsing regexp: \(code): `\(part)`"
        self.range = range
    }

    public var description: String { message }
}
