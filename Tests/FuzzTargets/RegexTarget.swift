import LapwingRegex

/// A pattern, and after its first line break the text that it is asked about.
enum RegexTarget {
    static func fault(in bytes: [UInt8]) -> String? {
        let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
        let pattern = String(decoding: parts[0], as: UTF8.self)
        let text = String(decoding: parts.count > 1 ? parts[1] : [], as: UTF8.self)
        for options in [RegularExpression.Options.prometheus, .go] {
            guard let expression = try? RegularExpression(pattern, options: options) else { continue }
            if let fault = fault(of: expression, text) { return fault }
        }
        return nil
    }

    /// The ways to be right have to agree: shapes, machines and the program.
    private static func fault(of expression: RegularExpression, _ text: String) -> String? {
        let isWhole = expression.matchesWhole(text)
        let first = expression.firstMatch(in: text)
        if isWhole != (expression.wholeMatch(text) != nil) { return "it matches whole and has no match" }
        if isWhole && first == nil { return "it matches whole and nowhere" }
        if !isWhole, let first, first.range == 0..<text.utf8.count { return "the first match is the whole, which does not match" }
        if let literals = expression.literals, literals.contains(where: { $0.utf8.elementsEqual(text.utf8) }) != isWhole {
            return "the literals say otherwise"
        }
        if isWhole, !text.utf8.starts(with: expression.requiredPrefix.utf8) { return "the required prefix is not there" }
        if expression.matchesEverything && !isWhole { return "it matches everything but this" }
        return nil
    }
}
