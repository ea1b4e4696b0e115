import LapwingText

/// The flags that this program was started with, checked against those of the `Part` that was asked for.
enum Flags {
    /// The value of a flag, `--flag VALUE`; nil where it is not given.
    static func text(_ flag: String) -> String? {
        guard let place = CommandLine.arguments.firstIndex(of: flag), place + 1 < CommandLine.arguments.count else { return nil }
        return CommandLine.arguments[place + 1]
    }

    /// The value of a flag that is a number from `least` on; nil where it is not given.
    static func number<Number: LosslessStringConvertible & Comparable>(_ flag: String, from least: Number) throws(UnknownWord) -> Number? {
        guard let text = text(flag) else { return nil }
        guard let number = Number(text), number >= least else { throw UnknownWord("\(flag) is a number from \(least), not \(GoQuote.quote(text))") }
        return number
    }

    static func has(_ flag: String) -> Bool { CommandLine.arguments.contains(flag) }
}

/// A word of the command line that means nothing here.
struct UnknownWord: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }

    init(_ word: String, isNoneOf known: [String], called kind: String) {
        description = "\(GoQuote.quote(word)) is no \(kind)" + (Spelling.nearest(to: word, in: known).map { "; did you mean \($0)?" } ?? "")
    }
}
