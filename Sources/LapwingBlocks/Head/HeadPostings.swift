import LapwingSeries

/// The head's series by label, in memory.
struct HeadPostings: LabelPostings, Sendable {
    private let series: [Labels]
    /// By name, then by value, as bytes: texts that only look alike are kept apart.
    private let lists: [[UInt8]: [[UInt8]: [UInt32]]]

    /// - Parameter series: in ascending order; a series is named by its index.
    init(_ series: [Labels]) {
        self.series = series
        var lists: [[UInt8]: [[UInt8]: [UInt32]]] = [:]
        for (number, labels) in series.enumerated() {
            labels.forEachPair { name, value in
                lists[Self.bytes(name), default: [:]][Self.bytes(value), default: []].append(UInt32(truncatingIfNeeded: number))
            }
        }
        self.lists = lists
    }

    private static func bytes(_ text: Span<UInt8>) -> [UInt8] { text.indices.map { text[$0] } }

    var names: [String] { Self.ordered(lists.keys) }

    func values(of name: String) -> [String] { Self.ordered((lists[Array(name.utf8)] ?? [:]).keys) }

    private static func ordered(_ texts: some Sequence<[UInt8]>) -> [String] {
        texts.sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
    }

    func all() -> [UInt32] { Array(0..<UInt32(series.count)) }

    func postings(_ name: String, _ value: String) -> [UInt32] { lists[Array(name.utf8)]?[Array(value.utf8)] ?? [] }

    func postings(_ name: String, where isWanted: (Span<UInt8>) -> Bool) -> [[UInt32]] {
        var wanted: [[UInt32]] = []
        for (value, list) in lists[Array(name.utf8)] ?? [:] where isWanted(value.span) { wanted.append(list) }
        return wanted
    }

    func valueCount(_ name: String) -> Int { lists[Array(name.utf8)]?.count ?? 0 }

    func labels(_ number: UInt32) -> Labels { series[Int(number)] }
}
