/// A part of this program, with what it takes: what is checked, and what `--help` shows.
struct Part {
    /// Its first word; empty for the rows, which need none.
    var name: String
    var summary: String
    /// How a flag is written, `--minutes N`, and what it does.
    var flags: [(usage: String, help: String)]

    static let all = [rows, compare, agree, growth, endure, kills, hostile]

    static let rows = Part(
        name: "", summary: "measure what is named, or all but replay and memory",
        flags: [
            ("--small", "at the size of the test suite"), ("--cold", "walk over other memory before each query"),
            ("--long", "ask each query for 5 s"),
        ])
    static let compare = Part(
        name: "compare", summary: "beside Debian's Prometheus and VictoriaMetrics",
        flags: [
            ("--only PARTS", "of queries,windows,keeping,rules (these when it is absent) and million"),
            ("--queries REGEX", "those whose name or text it matches"), ("--runs N", "of each query (default: 9)"),
            ("--quick", "a tenth of the data, and three runs"), lapwing,
        ])
    static let agree = Part(name: "agree", summary: "some hundred questions, each answered by Prometheus and by lapwing", flags: [lapwing])
    static let growth = Part(name: "growth", summary: "how cost grows from 1 to 16 times series, samples and rules", flags: [])
    static let endure = Part(name: "endure", summary: "under the load of a busy service for hours", flags: [("--minutes N", "(default: 120)"), lapwing])
    static let kills = Part(
        name: "kills", summary: "killed under load, and every acknowledged sample looked for",
        flags: [("--times N", "(default: 100)"), ("--seed N", "(default: by chance, and printed)"), lapwing])
    static let hostile = Part(
        name: "hostile", summary: "under attack in ten ways, one after the other",
        flags: [("--only WORDS", "the attacks whose name has them"), ("--seconds N", "each (default: 15)"), lapwing])

    private static let lapwing = ("--lapwing PROGRAM", "another build than this one")

    /// - Throws: where a word is neither a flag of this part nor one of its rows.
    func check(_ words: [String], rows: [String]) throws(UnknownWord) {
        var words = words[...]
        while let word = words.popFirst() {
            if let flag = flags.first(where: { $0.usage == word || $0.usage.hasPrefix(word + " ") }) {
                if flag.usage != word, words.popFirst() == nil { throw UnknownWord("\(word) needs a value: \(flag.usage)") }
            } else if word.hasPrefix("-") {
                throw UnknownWord(word, isNoneOf: flags.map { String($0.usage.prefix { $0 != " " }) }, called: "flag of \(title)")
            } else if !rows.contains(word), !(rows.contains("query") && word.hasPrefix("query=")) {
                throw UnknownWord(word, isNoneOf: rows + (name.isEmpty ? Self.all.map(\.name) : []), called: name.isEmpty ? "row" : "word of \(title)")
            }
        }
    }

    private var title: String { name.isEmpty ? "the rows" : name }

    static func help(rows: [String]) -> String {
        var text = "Measures what lapwing is built for. Benchmarks/README.md says what each figure means, and has those of this machine.\n"
        for part in all {
            text += "\nBenchmarks \(part.name.isEmpty ? "[ROW…]" : part.name): \(part.summary)\n"
            let width = part.flags.map(\.usage.count).max() ?? 0
            for flag in part.flags { text += "  \(flag.usage)\(String(repeating: " ", count: width - flag.usage.count + 2))\(flag.help)\n" }
        }
        return text + "\nRows: \(rows.joined(separator: ", ")), query=PART of a query's name"
    }
}
