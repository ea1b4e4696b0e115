/// A named text with its lines found, which turns byte offsets into lines and columns.
///
/// - Complexity: made in O(bytes); `position(of:)` in O(log lines + length of the line).
public struct SourceText: Sendable {
    /// What a person calls the text: a path, a URL, `query`.
    public let name: String
    public let bytes: [UInt8]
    private let lineStarts: [Int]

    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        var starts = [0]
        for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(offset + 1) }
        lineStarts = starts
    }

    public init(name: String, _ text: String) { self.init(name: name, bytes: Array(text.utf8)) }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    public var lineCount: Int { lineStarts.count }

    public subscript(range: SourceRange) -> String {
        let lower = min(max(range.lowerBound, 0), bytes.count)
        let upper = min(max(range.upperBound, lower), bytes.count)
        return String(decoding: bytes[lower..<upper], as: UTF8.self)
    }

    /// The position of a byte; offsets outside the text are moved to its nearest end.
    public func position(of offset: Int) -> SourcePosition {
        let offset = min(max(offset, 0), bytes.count)
        let line = lineIndex(of: offset)
        return SourcePosition(line: line + 1, column: scalarCount(from: lineStarts[line], to: offset) + 1)
    }

    /// The text of a line counted from 1, without its line break; empty when there is no such line.
    public func line(_ number: Int) -> String {
        guard number >= 1, number <= lineStarts.count else { return "" }
        var upper = number < lineStarts.count ? lineStarts[number] - 1 : bytes.count
        let lower = lineStarts[number - 1]
        if upper > lower, bytes[upper - 1] == UInt8(ascii: "\r") { upper -= 1 }
        return String(decoding: bytes[lower..<upper], as: UTF8.self)
    }

    /// The byte at which a line, counted from 1, starts; the end of the text when there is no such line.
    public func offset(ofLine number: Int) -> Int {
        number < 1 ? 0 : number <= lineStarts.count ? lineStarts[number - 1] : bytes.count
    }

    private func lineIndex(of offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }

    private func scalarCount(from lower: Int, to upper: Int) -> Int {
        var count = 0
        for byte in bytes[lower..<upper] where byte & 0xC0 != 0x80 { count += 1 }
        return count
    }
}
