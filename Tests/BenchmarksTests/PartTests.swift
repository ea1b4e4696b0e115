import Testing

@testable import Benchmarks

@Suite struct `The words that the benchmarks are asked with` {
    @Test(arguments: [
        (Part.rows, ["storage", "query=rate", "--small"]), (.endure, ["--minutes", "66", "--lapwing", "/usr/bin/lapwing"]), (.growth, []),
        (.compare, ["--only", "keeping", "--quick"]),
    ])
    func `are taken where the part has them`(part: Part, words: [String]) throws {
        try part.check(words, rows: part.name.isEmpty ? ["storage", "query"] : [])
    }

    @Test(arguments: [
        (Part.endure, ["--minute", "66"], #""--minute" is no flag of endure; did you mean --minutes?"#),
        (.endure, ["--minutes"], "--minutes needs a value: --minutes N"),
        (.growth, ["--lapwing", "x"], #""--lapwing" is no flag of growth"#),
        (.kills, ["ten"], #""ten" is no word of kills"#),
        (.rows, ["storag"], #""storag" is no row; did you mean storage?"#),
        (.rows, ["endur"], #""endur" is no row; did you mean endure?"#),
    ])
    func `are an error where it has not, with the nearest that it has`(part: Part, words: [String], message: String) {
        let error = #expect(throws: UnknownWord.self) { try part.check(words, rows: part.name.isEmpty ? ["storage", "query"] : []) }
        #expect(error?.description == message)
    }

    @Test func `and all of them are in the help`() {
        let help = Part.help(rows: ["storage"])
        for part in Part.all {
            #expect(help.contains("Benchmarks \(part.name.isEmpty ? "[ROW…]" : part.name): "))
            for flag in part.flags { #expect(help.contains("  \(flag.usage)  "), "\(flag.usage)") }
        }
    }
}
