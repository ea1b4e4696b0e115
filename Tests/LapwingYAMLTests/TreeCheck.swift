import LapwingText
import LapwingYAML

/// What holds for every tree: ranges lie in each other, and text comes from where it says.
enum TreeCheck {
    /// What does not hold, or nil.
    static func fault(of node: YAMLNode, in source: SourceText, within outer: SourceRange?) -> String? {
        let range = node.range
        guard range.lowerBound >= 0, range.upperBound <= source.bytes.count else { return "range outside the source" }
        if let outer, range.count > 0, range.lowerBound < outer.lowerBound || range.upperBound > outer.upperBound {
            return "\(range) lies outside \(outer)"
        }
        if node.alias != nil { return nil }
        switch node.content {
        case .scalar(let scalar): return fault(of: scalar, in: source, within: range)
        case .sequence(let items):
            for item in items {
                if let fault = fault(of: item, in: source, within: range) { return fault }
            }
        case .mapping(let mapping):
            for entry in mapping.entries where !entry.isMerged {
                if let fault = fault(of: entry.key, in: source, within: range) { return fault }
                if let fault = fault(of: entry.value, in: source, within: range) { return fault }
            }
        }
        return nil
    }

    private static func fault(of scalar: YAMLScalar, in source: SourceText, within range: SourceRange) -> String? {
        let text = Array(scalar.text.utf8)
        var last = -1
        var escape = -1
        for (offset, byte) in text.enumerated() {
            let place = scalar.sourceOffset(ofTextOffset: offset)
            guard place >= last else { return "text offset \(offset) goes back to \(place) from \(last)" }
            last = place
            guard place < source.bytes.count else {
                // The end of the text ends the last line of a block scalar.
                if place == source.bytes.count, byte == UInt8(ascii: "\n") { continue }
                return "text offset \(offset) lies outside the source"
            }
            let found = source.bytes[place]
            if found == UInt8(ascii: "\\"), scalar.style == .doubleQuoted { escape = place }
            let isSame = found == byte || found == UInt8(ascii: "\n") || found == UInt8(ascii: "\r")
            let isEscaped = escape >= 0 && place - escape < 4
            guard isSame || isEscaped else {
                return "text offset \(offset) is \(byte), its source at \(place) \(found)"
            }
        }
        return nil
    }
}
