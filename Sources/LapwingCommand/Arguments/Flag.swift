/// One flag of a command, as the parser takes it and the help shows it.
struct Flag: Sendable {
    enum Kind: Sendable, Hashable {
        /// Present or absent.
        case toggle
        /// Takes one value.
        case value(String)
        /// Takes a value each time it is given.
        case repeated(String)
        /// Takes one of these words.
        case choice([String])
    }

    /// With its dashes: `--scrape`.
    var name: String
    var kind: Kind
    var help: String
    /// What holds when the flag is absent, as the help says it; empty for nothing.
    var standard: String

    init(_ name: String, _ kind: Kind = .toggle, _ help: String, standard: String = "") {
        self.name = name
        self.kind = kind
        self.help = help
        self.standard = standard
    }

    /// What is said of it: help, whether it may come again, what holds without it.
    var note: String {
        var note = help
        if case .repeated = kind { note += ", repeatable" }
        if !standard.isEmpty { note += " (default: \(standard))" }
        return note
    }

    /// `--scrape [JOB=]URL`.
    var usage: String {
        switch kind {
        case .toggle: name
        case .value(let value), .repeated(let value): "\(name) \(value)"
        case .choice(let words): "\(name) \(words.joined(separator: "|"))"
        }
    }
}

/// A command of the program: its words, flags and examples.
struct CommandDescription: Sendable {
    var name: String
    /// What follows the flags: `FILE…`; empty for nothing.
    var operands: String
    /// One line for the list of commands.
    var summary: String
    var flags: [Flag]
    /// Commands to copy, each with what it does.
    var examples: [(command: String, effect: String)]
    /// The names that a flag takes, where there are many, each with its meaning.
    var names: [(name: String, meaning: String)] = []
    /// What these are.
    var namesTitle = ""

    /// `--help` is every command's.
    static let helpFlag = Flag("--help", .toggle, "show this help")

    /// What the first operand may be, where it is one of some words.
    var firstWords: [String] {
        let words = (operands.split(separator: " ").first ?? "").split(separator: "|").map(String.init)
        return words.count > 1 && words.allSatisfy { $0 == $0.lowercased() } ? words : []
    }

    var allFlags: [Flag] { flags + [Self.helpFlag] }

    var help: String {
        var text = "\(summary)\n\nUsage: lapwing \(name) [flags]\(operands.isEmpty ? "" : " \(operands)")\n\nFlags:\n"
        let width = allFlags.map(\.usage.count).max() ?? 0
        for flag in allFlags {
            let gap = String(repeating: " ", count: width - flag.usage.count + 2)
            text += "  \(flag.usage)\(gap)\(flag.note)\n"
        }
        if !names.isEmpty {
            text += "\n\(namesTitle):\n"
            let width = names.map(\.name.count).max() ?? 0
            for (name, meaning) in names { text += "  \(name)\(String(repeating: " ", count: width - name.count + 2))\(meaning)\n" }
        }
        if !examples.isEmpty {
            text += "\nExamples:\n"
            for example in examples { text += "  # \(example.effect)\n  \(example.command)\n" }
        }
        return text
    }
}
