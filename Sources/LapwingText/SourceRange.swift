/// A half-open range of UTF-8 byte offsets in one source text.
///
/// Every node that a parser makes carries one, so that an error found much later can still point at its cause.
public struct SourceRange: Sendable, Hashable {
    public var lowerBound: Int
    public var upperBound: Int

    /// - Precondition: `lowerBound <= upperBound`.
    public init(_ lowerBound: Int, _ upperBound: Int) {
        precondition(lowerBound <= upperBound, "a source range ends before it starts")
        self.lowerBound = lowerBound
        self.upperBound = upperBound
    }

    /// The empty range at `offset`: a place between two bytes.
    public init(at offset: Int) { self.init(offset, offset) }

    public var count: Int { upperBound - lowerBound }

    /// The smallest range that covers both.
    public func union(_ other: SourceRange) -> SourceRange {
        SourceRange(min(lowerBound, other.lowerBound), max(upperBound, other.upperBound))
    }

    /// What stands there.
    ///
    /// - Precondition: the range lies in the text.
    public func text(in source: String) -> String { String(decoding: Array(source.utf8)[lowerBound..<upperBound], as: UTF8.self) }

    public func shifted(by offset: Int) -> SourceRange { SourceRange(lowerBound + offset, upperBound + offset) }
}

/// A place in a source text as a person counts: line and column from 1, the column in Unicode scalars.
public struct SourcePosition: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    public var description: String { "\(line):\(column)" }

    public static func < (a: Self, b: Self) -> Bool { (a.line, a.column) < (b.line, b.column) }
}
