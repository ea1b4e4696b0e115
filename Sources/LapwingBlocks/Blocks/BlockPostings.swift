import LapwingSeries

/// The lists of series in a block's index.
///
///     ┌───────────┬──────────┬────────────┬─ … ─┬─────────┐
///     │ length 4 B│ count 4 B│ series 4 B │     │ CRC 4 B │
///     └───────────┴──────────┴────────────┴─ … ─┴─────────┘
struct BlockPostings: LabelPostings {
    let index: IndexFile

    func all() throws(ReadError) -> [UInt32] { try list(of: "", "") }

    func postings(_ name: String, _ value: String) throws(ReadError) -> [UInt32] {
        name.isEmpty ? [] : try list(of: name, value)
    }

    private func list(of name: String, _ value: String) throws(ReadError) -> [UInt32] {
        try reading { (bytes) throws(DamagedBytes) in
            guard let entry = index.postings.name(name.utf8.span, in: bytes),
                let place = try index.postings.postings(entry, value: value.utf8.span, in: bytes)
            else { return [] }
            return try Self.list(bytes, at: place)
        }
    }

    func postings(_ name: String, where isWanted: (Span<UInt8>) -> Bool) throws(ReadError) -> [[UInt32]] {
        try reading { (bytes) throws(DamagedBytes) in
            guard !name.isEmpty, let entry = index.postings.name(name.utf8.span, in: bytes) else { return [] }
            var lists: [[UInt32]] = []
            try index.postings.forEachValue(of: entry, in: bytes) { (value, place) throws(DamagedBytes) in
                if isWanted(bytes.extracting(value)) { lists.append(try Self.list(bytes, at: place)) }
            }
            return lists
        }
    }

    func valueCount(_ name: String) -> Int {
        index.postings.name(name.utf8.span, in: index.file.bytes)?.valueCount ?? 0
    }

    func labels(_ series: UInt32) throws(ReadError) -> Labels {
        try reading { (bytes) throws(DamagedBytes) in
            var encoder = Labels.Encoder()
            var entry = try SeriesEntry(index, bytes, series)
            return try entry.readLabels(&encoder)
        }
    }

    private static func list(_ bytes: Span<UInt8>, at place: UInt64) throws(DamagedBytes) -> [UInt32] {
        let range = try IndexSection.range(bytes, at: place, "a list of series")
        var reader = ByteReader(bytes, in: range)
        let count = Int(try reader.fixed32())
        guard count == reader.remaining / 4, reader.remaining % 4 == 0 else {
            throw DamagedBytes("a list announces \(count) series, and \(reader.remaining) bytes follow", at: range.lowerBound)
        }
        var list: [UInt32] = []
        list.reserveCapacity(count)
        var isOrdered = true
        for _ in 0..<count {
            let number = try reader.fixed32()
            isOrdered = isOrdered && (list.last.map { $0 < number } ?? true)
            list.append(number)
        }
        return isOrdered ? list : Set(list).sorted()
    }

    private func reading<Result>(_ body: (Span<UInt8>) throws(DamagedBytes) -> Result) throws(ReadError) -> Result {
        do throws(DamagedBytes) {
            return try body(index.file.bytes)
        } catch {
            throw error.inFile(index.file.path)
        }
    }
}
