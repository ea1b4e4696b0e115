public import LapwingText

/// Why a text is no PromQL: upstream's words, the place, and what may have been meant.
public struct PromQLSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String
    /// In the query's text.
    public var range: SourceRange
    public var help: String?
    /// `line:column`, where upstream counts columns in bytes.
    private var position: String

    /// A fault of the whole text.
    public init(_ message: String) { self.init(message, at: SourceRange(0, 0), in: []) }

    init(_ message: String, at range: SourceRange, help: String? = nil, in source: [UInt8]) {
        self.message = message
        self.range = range
        self.help = help
        let before = source.prefix(range.lowerBound)
        let line = before.reduce(into: 1) { if $1 == UInt8(ascii: "\n") { $0 += 1 } }
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        position = "\(line):\(range.lowerBound - lineStart + 1)"
    }

    /// As the API answers it: `1:5: parse error: unexpected identifier "b"`.
    public var description: String { "\(position): parse error: \(message)" }

    public var diagnostic: Diagnostic { Diagnostic(message, at: range, help: help, check: "promql/syntax") }

    /// The message with the query's line and carets under the place.
    public func rendered(in query: String, name: String = "query") -> String {
        diagnostic.rendered(in: SourceText(name: name, query))
    }
}
