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

    /// What it takes: `[JOB=]URL`; empty for a toggle.
    var value: String {
        switch kind {
        case .toggle: ""
        case .value(let value), .repeated(let value): value
        case .choice(let words): words.joined(separator: "|")
        }
    }

    /// `--scrape [JOB=]URL`.
    var usage: String { value.isEmpty ? name : "\(name) \(value)" }
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

    /// What flags take that does not say by itself how it is written.
    private static let notations = [
        ("D", "a duration: 30s, 5m, 1h30m, 7d"),
        ("T", "a time: 2026-11-23T16:00:00Z, 1795449600, now or now-1h"),
        ("GLOB", "the name of a file, or in quotes a pattern of many: 'rules/*.yml'"),
        ("SELECTOR", "series by name and labels, in quotes: 'up{job=\"api\"}'"),
    ]

    /// Of its flags' values, those whose notation is told, a sentence each.
    var notes: [String] {
        Self.notations.filter { notation in flags.contains { $0.value == notation.0 } }.map { "\($0) is \($1)" }
    }

    var help: String {
        var text = "\(summary)\n\nUsage: lapwing \(name) [flags]\(operands.isEmpty ? "" : " \(operands)")\n\nFlags:\n"
        let width = allFlags.map(\.usage.count).max() ?? 0
        for flag in allFlags {
            let gap = String(repeating: " ", count: width - flag.usage.count + 2)
            text += "  \(flag.usage)\(gap)\(flag.note)\n"
        }
        if !notes.isEmpty { text += "\n" + notes.map { $0 + "\n" }.joined() }
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
