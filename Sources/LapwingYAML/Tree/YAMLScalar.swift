public import LapwingText

/// A piece of text in a YAML document, as decoded, with what it means in the core schema.
public struct YAMLScalar: Sendable {
    public enum Style: UInt8, Sendable {
        case plain, singleQuoted, doubleQuoted, literal, folded
    }

    /// What its tag and style allow it to mean.
    enum Typing: UInt8, Sendable {
        /// By its text: an untagged plain scalar.
        case byText
        case string, null, bool, integer, float
        /// Some tag outside the core schema.
        case foreign
    }

    public let text: String
    public let style: Style
    var typing: Typing
    /// Where its text stands in the source.
    let origin: TextOrigin

    init(text: String, style: Style, origin: TextOrigin) {
        self.text = text
        self.style = style
        self.origin = origin
        typing = style == .plain ? .byText : .string
    }

    /// What is read where nothing is written: null.
    init(emptyAt offset: Int) { self.init(text: "", style: .plain, origin: TextOrigin(contiguousFrom: offset)) }

    /// The byte of the source that a byte of `text` comes from; for the end of `text`, the byte after its last one.
    ///
    /// A folded line break comes from the break, an escape from its backslash.
    ///
    /// - Complexity: O(log lines and escapes of the scalar).
    public func sourceOffset(ofTextOffset offset: Int) -> Int {
        let count = text.utf8.count
        guard offset >= count, count > 0 else { return origin.sourceOffset(of: max(offset, 0)) }
        return origin.sourceOffset(of: count - 1) + 1
    }

    /// The bytes of the source that a range of `text` comes from.
    ///
    /// - Complexity: O(log lines and escapes of the scalar).
    public func sourceRange(ofTextRange range: SourceRange) -> SourceRange {
        let lower = sourceOffset(ofTextOffset: range.lowerBound)
        guard range.count > 0 else { return SourceRange(at: lower) }
        return SourceRange(lower, max(lower, sourceOffset(ofTextOffset: range.upperBound - 1) + 1))
    }
}
