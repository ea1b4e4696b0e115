/// Patterns of paths: `*`, `?`, `[…]` and the backslash before what is to stand for itself.
public enum GlobPattern {
    /// Whether a pattern can be matched: its brackets hold something and are closed, and something follows each backslash.
    ///
    /// Source: Go `path/filepath/match.go`, `Match`.
    public static func isWellFormed(_ pattern: String) -> Bool {
        var rest = Array(pattern.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\\"): if rest.popFirst() == nil { return false }
            case UInt8(ascii: "["): if !passBrackets(&rest) { return false }
            default: break
            }
        }
        return true
    }

    /// For whoever wrote one that is not.
    public static let help = "a bracket stands for one of the characters up to the closing one; write \\[ for the bracket itself"

    private static func passBrackets(_ rest: inout ArraySlice<UInt8>) -> Bool {
        if rest.first == UInt8(ascii: "^") { rest.removeFirst() }
        var isEmpty = true
        while isEmpty || rest.first != UInt8(ascii: "]") {
            guard passBound(&rest) else { return false }
            if rest.first == UInt8(ascii: "-") {
                rest.removeFirst()
                guard passBound(&rest) else { return false }
            }
            isEmpty = false
        }
        rest.removeFirst()
        return true
    }

    /// One character, or the beginning or end of a range of them; more must follow.
    private static func passBound(_ rest: inout ArraySlice<UInt8>) -> Bool {
        guard let byte = rest.popFirst(), byte != UInt8(ascii: "-"), byte != UInt8(ascii: "]") else { return false }
        if byte == UInt8(ascii: "\\"), rest.popFirst() == nil { return false }
        return !rest.isEmpty
    }
}
