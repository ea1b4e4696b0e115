import LapwingText

/// A comment that is meant for the lint: `# pint COMMAND ARGUMENT`, or with `lapwing`.
struct LintComment {
    var command: String
    var argument: String
    /// Whether it begins with `lapwing`.
    var isOwn: Bool
    var range: SourceRange

    /// - Complexity: O(bytes).
    static func all(in source: SourceText) -> [LintComment] {
        var comments: [LintComment] = []
        let bytes = source.bytes
        var offset = 0
        while let hash = bytes[offset...].firstIndex(of: UInt8(ascii: "#")) {
            offset = hash + 1
            let next = bytes[offset...].first { $0 != 0x20 }
            guard next == UInt8(ascii: "p") || next == UInt8(ascii: "l") else { continue }
            let end = bytes[offset...].firstIndex(of: 0x0A) ?? bytes.count
            if let comment = LintComment(bytes[hash..<end]) {
                comments.append(comment)
                offset = end
            }
        }
        return comments
    }

    private init?(_ line: ArraySlice<UInt8>) {
        let words = String(decoding: line.dropFirst(), as: UTF8.self).trimmed.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0] == "pint" || words[0] == "lapwing" else { return nil }
        command = String(words[1])
        // Another comment may stand behind this one.
        let rest = words.count > 2 ? " " + words[2] : ""
        argument = String(rest.split(separator: " #", maxSplits: 1, omittingEmptySubsequences: false)[0]).trimmed
        isOwn = words[0] == "lapwing"
        range = SourceRange(line.startIndex, line.endIndex)
    }
}

/// The lines that comments say are not to be looked at.
public struct IgnoredLines: Sendable {
    /// From 1, half-open.
    private var ranges: [Range<Int>] = []

    public var isEmpty: Bool { ranges.isEmpty }

    public func contains(_ line: Int) -> Bool { ranges.contains { $0.contains(line) } }

    public init(_ source: SourceText) { self.init(LintComment.all(in: source), source) }

    init(_ comments: [LintComment], _ source: SourceText) {
        var begun: Int?
        for comment in comments {
            let line = source.position(of: comment.range.lowerBound).line
            switch comment.command {
            case "ignore/line": ranges.append(line..<(line + 1))
            case "ignore/next-line": ranges.append((line + 1)..<(line + 2))
            case "ignore/begin": begun = begun ?? line
            case "ignore/end":
                if let first = begun { ranges.append(first..<(line + 1)) }
                begun = nil
            case "ignore/file": ranges.append(line..<(source.lineCount + 1))
            default: break
            }
        }
        if let begun { ranges.append(begun..<(source.lineCount + 1)) }
    }

    /// The text with those lines blank, every other byte at its place.
    public func blanking(_ source: SourceText) -> SourceText {
        var bytes = source.bytes
        for range in ranges {
            for offset in source.offset(ofLine: range.lowerBound)..<source.offset(ofLine: range.upperBound)
            where bytes[offset] != 0x0A && bytes[offset] != 0x0D {
                bytes[offset] = 0x20
            }
        }
        return SourceText(name: source.name, bytes: bytes)
    }
}
