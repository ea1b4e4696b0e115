import LapwingSeries

/// The index of a block: which series it has, by label, and where their chunks are. Versions 1, 2 and 3.
///
///     ┌────────────────┬─────────────┬─────────┬────────┬─ … ─┬──────────┬───────────────┬────────────┐
///     │ BA AA D7 00 4 B│ version 1 B │ symbols │ series │     │ postings │ postings table│ contents   │
///     └────────────────┴─────────────┴─────────┴────────┴─ … ─┴──────────┴───────────────┴────────────┘
///     contents: six places of sections, 8 B each, and CRC-32C
///     section:  ┌──────────┬───────┬──────────┐
///               │ length 4 B│ bytes │ CRC 4 B  │
///               └──────────┴───────┴──────────┘
///
/// Version 1 names symbols by their place in the file and series by theirs; from 2 on symbols are numbered, and series
/// by a sixteenth of their place. Mapped, and looked at no further than a question needs.
/// Source: Prometheus 3.14 `tsdb/index/index.go`, `docs/format/index.md`.
struct IndexFile: Sendable {
    let file: MappedFile
    let version: UInt8
    let symbols: SymbolTable
    let postings: PostingsTable

    static let magic: UInt32 = 0xBAAA_D700
    static let contentsLength = 6 * 8 + 4

    /// - Complexity: O(symbols + label values): both tables are walked and their checksums compared.
    init(_ file: MappedFile) throws(DamagedBytes) {
        let bytes = file.bytes
        var header = ByteReader(bytes)
        guard try header.fixed32() == Self.magic else { throw DamagedBytes("it does not begin as an index does", at: 0) }
        let version = try header.byte()
        guard (1...3).contains(version) else {
            throw DamagedBytes("the index has version \(version), and this program reads 1, 2 and 3", at: 4)
        }
        guard bytes.count >= Self.contentsLength + header.offset else {
            throw DamagedBytes("an index ends with \(Self.contentsLength) bytes of contents, and \(bytes.count) bytes are there", at: header.offset)
        }
        let start = bytes.count - Self.contentsLength
        var contents = ByteReader(bytes, in: start..<bytes.count)
        var places: [UInt64] = []
        for _ in 0..<6 { places.append(try contents.fixed64()) }
        let end = contents.offset
        try bytes.expectChecksum(try contents.fixed32(), of: start..<end, "the contents")
        self.file = file
        self.version = version
        symbols = try SymbolTable(bytes, try IndexSection.range(bytes, at: places[0], "the symbols"), version)
        postings = try PostingsTable(bytes, try IndexSection.range(bytes, at: places[5], "the table of postings"), version)
    }

    /// Where a series stands that postings name so.
    func place(of series: UInt32) -> Int { version == 1 ? Int(series) : Int(series) * 16 }
}

/// Parts of an index that say how long they are and end with a checksum.
enum IndexSection {
    /// The bytes of the section at a place, without length and checksum, which is compared.
    static func range(_ bytes: Span<UInt8>, at place: UInt64, _ what: String) throws(DamagedBytes) -> Range<Int> {
        guard place > 0, place < UInt64(bytes.count) else {
            throw DamagedBytes("\(what) should stand at \(place), and the file has \(bytes.count) bytes", at: 0)
        }
        var reader = ByteReader(bytes, in: Int(place)..<bytes.count)
        let range = try reader.skip(Int(try reader.fixed32()))
        try bytes.expectChecksum(try reader.fixed32(), of: range, what)
        return range
    }
}
