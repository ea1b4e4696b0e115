/// Where the list of series stands for every label name and value.
///
/// Kept in memory are every name and the place of each 32nd of its entries; what lies between is read from the file.
/// Tables of version 1 need not be in order: of those every entry is kept, sorted.
struct PostingsTable: Sendable {
    struct Name: Sendable {
        /// Where the name stands in the file.
        var text: Range<Int>
        var valueCount = 0
        /// Places of entries, one each `stride`, in ascending order of values.
        var entries: [Int] = []
    }

    struct Entry {
        var name: Range<Int>
        var value: Range<Int>
        var postings: UInt64
        var next: Int
    }

    /// In ascending order; the empty name, which lists all series, is among them.
    private(set) var names: [Name] = []
    private var stride = 32
    private let end: Int

    init(_ bytes: Span<UInt8>, _ range: Range<Int>, _ version: UInt8) throws(DamagedBytes) {
        end = range.upperBound
        var isOrdered = true
        var places: [Int] = []
        var reader = ByteReader(bytes, in: range)
        var count = try reader.fixed32()
        var last: Entry?
        while count > 0 {
            let place = reader.offset
            let entry = try Self.entry(&reader)
            count -= 1
            let order = last.map { bytes.compare($0.name, bytes.extracting(entry.name)) } ?? -1
            if order != 0 { names.append(Name(text: entry.name)) }
            isOrdered = isOrdered && order <= 0
            if order == 0, let last { isOrdered = isOrdered && bytes.compare(last.value, bytes.extracting(entry.value)) < 0 }
            names[names.count - 1].add(place, stride: stride)
            if version == 1 || !isOrdered { places.append(place) }
            last = entry
        }
        if !isOrdered { try readUnordered(bytes, range) }
    }

    private mutating func readUnordered(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(DamagedBytes) {
        stride = 1
        names = []
        var reader = ByteReader(bytes, in: range)
        var entries: [(place: Int, name: String, value: String)] = []
        for _ in 0..<(try reader.fixed32()) {
            let place = reader.offset
            let entry = try Self.entry(&reader)
            entries.append((place, bytes.string(entry.name), bytes.string(entry.value)))
        }
        entries.sort { a, b in
            let (first, second) = (Array(a.name.utf8), Array(b.name.utf8))
            return first == second ? a.value.utf8.lexicographicallyPrecedes(b.value.utf8) : first.lexicographicallyPrecedes(second)
        }
        for (place, _, _) in entries {
            let entry = try self.entry(bytes, at: place)
            if names.last.map({ bytes.compare($0.text, bytes.extracting(entry.name)) }) != 0 { names.append(Name(text: entry.name)) }
            names[names.count - 1].add(place, stride: 1)
        }
    }

    private static func entry(_ reader: inout ByteReader) throws(DamagedBytes) -> Entry {
        let start = reader.offset
        let keys = try reader.uvarint()
        guard keys == 2 else { throw DamagedBytes("an entry of the table of postings has \(keys) keys instead of 2", at: start) }
        let name = try reader.text()
        let value = try reader.text()
        return Entry(name: name, value: value, postings: try reader.uvarint(), next: reader.offset)
    }

    func entry(_ bytes: Span<UInt8>, at place: Int) throws(DamagedBytes) -> Entry {
        var reader = ByteReader(bytes, in: place..<end)
        return try Self.entry(&reader)
    }

    func name(_ wanted: Span<UInt8>, in bytes: Span<UInt8>) -> Name? {
        var (low, high) = (0, names.count)
        while low < high {
            let middle = (low + high) / 2
            let order = bytes.compare(names[middle].text, wanted)
            if order == 0 { return names[middle] }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// The postings of one value.
    ///
    /// - Complexity: O(log values).
    func postings(_ name: Name, value wanted: Span<UInt8>, in bytes: Span<UInt8>) throws(DamagedBytes) -> UInt64? {
        var (low, high) = (0, name.entries.count)
        while low < high {
            let middle = (low + high) / 2
            let entry = try entry(bytes, at: name.entries[middle])
            let order = bytes.compare(entry.value, wanted)
            if order == 0 { return entry.postings }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        var place = name.entries[low - 1]
        for _ in 0..<stride {
            guard place < end else { return nil }
            let entry = try entry(bytes, at: place)
            if bytes.compare(entry.name, bytes.extracting(name.text)) != 0 { return nil }
            let order = bytes.compare(entry.value, wanted)
            if order == 0 { return entry.postings }
            if order > 0 { return nil }
            place = entry.next
        }
        return nil
    }

    /// Hands every value of a name with its postings to `body`, in ascending order.
    func forEachValue(
        of name: Name, in bytes: Span<UInt8>, _ body: (Range<Int>, UInt64) throws(DamagedBytes) -> Void
    ) throws(DamagedBytes) {
        if stride == 1 {
            for place in name.entries {
                let entry = try entry(bytes, at: place)
                try body(entry.value, entry.postings)
            }
            return
        }
        guard var place = name.entries.first else { return }
        for _ in 0..<name.valueCount {
            let entry = try entry(bytes, at: place)
            try body(entry.value, entry.postings)
            place = entry.next
        }
    }
}

extension PostingsTable.Name {
    fileprivate mutating func add(_ place: Int, stride: Int) {
        if valueCount % stride == 0 { entries.append(place) }
        valueCount += 1
    }
}
