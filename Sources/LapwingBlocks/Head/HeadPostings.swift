import LapwingSeries
import Synchronization

/// The head's series by label: for each name a table of its values, made when it is first asked for.
///
/// Most questions look at one or two names; making all tables at once costs more than reading the log.
final class HeadPostings: LabelPostings, Sendable {
    /// By value, as bytes: texts that only look alike are kept apart.
    private typealias Values = [[UInt8]: [UInt32]]

    /// In ascending order; a series is named by its index.
    private let series: [Labels]
    private let tables = Mutex<[[UInt8]: Values]>([:])

    init(_ series: [Labels]) { self.series = series }

    private func table(_ name: String) -> Values {
        tables.withLock { tables in
            let bytes = Array(name.utf8)
            if let table = tables[bytes] { return table }
            let table = Self.table(of: LabelKey(name), in: series)
            tables[bytes] = table
            return table
        }
    }

    private static func table(of name: LabelKey, in series: [Labels]) -> Values {
        var table: Values = [:]
        // Series that follow one another have most values in common: those are looked up once.
        var (last, list): ([UInt8], [UInt32]) = ([], [])
        for (number, labels) in series.enumerated() {
            labels.withValue(of: name) { value in
                if value.isEmpty { return }
                if value.count != last.count || value.compare(0..<value.count, last.span) != 0 {
                    if !list.isEmpty { table[last, default: []].append(contentsOf: list) }
                    last = value.indices.map { value[$0] }
                    list.removeAll(keepingCapacity: true)
                }
                list.append(UInt32(truncatingIfNeeded: number))
            }
        }
        if !list.isEmpty { table[last, default: []].append(contentsOf: list) }
        return table
    }

    /// All label names, ascending.
    var names: [String] {
        var names: Set<[UInt8]> = []
        for labels in series {
            labels.forEachPair { name, _ in names.insert(name.indices.map { name[$0] }) }
        }
        return Self.ordered(names)
    }

    func values(of name: String) -> [String] { Self.ordered(table(name).keys) }

    private static func ordered(_ texts: some Sequence<[UInt8]>) -> [String] {
        texts.sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
    }

    func all() -> [UInt32] { Array(0..<UInt32(series.count)) }

    func postings(_ name: String, _ value: String) -> [UInt32] { table(name)[Array(value.utf8)] ?? [] }

    func postings(_ name: String, where isWanted: (Span<UInt8>) -> Bool) -> [[UInt32]] {
        var wanted: [[UInt32]] = []
        for (value, list) in table(name) where isWanted(value.span) { wanted.append(list) }
        return wanted
    }

    func valueCount(_ name: String) -> Int { table(name).count }

    func labels(_ number: UInt32) -> Labels { series[Int(number)] }
}
