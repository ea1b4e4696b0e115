import LapwingSeries
import LapwingSnappy
import LapwingZstandard

/// The records of one segment of a write-ahead log, in their order.
///
/// A segment is made of pages of 32 KiB; a record that does not fit in what is left of a page is cut into parts.
///
///     ┌─────────────────────────────────┬────────────┬─────────┬───────┐     kind: 0 nothing more in this page, 1 whole,
///     │ 0 0 0, zstd, snappy, kind 3 bit │ length 2 B │ CRC 4 B │ bytes │           2 first, 3 middle, 4 last part
///     └─────────────────────────────────┴────────────┴─────────┴───────┘
///
/// The last segment may end anywhere, for it is written while it is read: what is not whole there has not happened.
/// Source: Prometheus 3.14 `tsdb/wlog/reader.go`, `docs/format/wal.md`.
struct LogReader {
    static let pageLength = 32 << 10
    static let headerLength = 7
    /// Records are a scrape or a remote-write request each.
    static let maximumRecordBytes = 256 << 20
    private static let pagesAtOnce = 32

    let file: OpenFile
    /// Whether this is the segment that is being written.
    let isLast: Bool
    private let size: Int
    private var window: [UInt8] = []
    private var windowStart = 0
    private var place = 0
    /// Where the record that was read last begins.
    private(set) var recordPlace = 0
    /// Bytes at the end that are no whole record.
    private(set) var tornBytes = 0

    init(_ file: OpenFile, isLast: Bool) throws(FileFault) {
        self.file = file
        self.isLast = isLast
        size = try file.size()
    }

    /// Replaces `record` by the next one; false at the end.
    mutating func next(_ record: inout [UInt8]) throws(ReadError) -> Bool {
        var parts: [UInt8] = []
        var isOpen = false
        while true {
            guard let part = try nextPart() else {
                if isOpen { tornBytes = size - recordPlace }
                return false
            }
            if part.isFirst == isOpen {
                throw damage(isOpen ? "a record begins before the one before it has ended" : "a record has an end and no beginning", at: part.place)
            }
            if part.isFirst { recordPlace = part.place }
            if part.isFirst, part.isLast {
                record = Array(window[part.data])
                return try decompress(&record, part)
            }
            parts.append(contentsOf: window[part.data])
            guard parts.count <= Self.maximumRecordBytes else {
                throw damage("a record has more than \(Self.maximumRecordBytes) bytes", at: recordPlace)
            }
            isOpen = !part.isLast
            if part.isLast {
                record = parts
                return try decompress(&record, part)
            }
        }
    }

    private struct Part {
        var place: Int
        var flags: UInt8
        /// In the window.
        var data: Range<Int>

        var isFirst: Bool { flags & 7 <= 2 }
        var isLast: Bool { flags & 7 == 1 || flags & 7 == 4 }
    }

    /// The next part of a record; nil where the segment ends, or what is there is not whole.
    private mutating func nextPart() throws(ReadError) -> Part? {
        while place < size {
            try load(place)
            let pageEnd = min(size, (place / Self.pageLength + 1) * Self.pageLength)
            let flags = window[place - windowStart]
            if flags & 7 == 0 {
                try expectZeros(through: pageEnd)
                place = pageEnd
                continue
            }
            let rest = pageEnd - place
            guard rest >= Self.headerLength else { return try torn("the header of a record is cut", isCut: true) }
            var header = ByteReader(window.span, in: (place - windowStart + 1)..<(place - windowStart + Self.headerLength))
            guard let length = try? Int(header.fixed(2)), let checksum = try? header.fixed32() else { return nil }
            guard length <= rest - Self.headerLength else { return try torn("a record is cut after \(rest) bytes", isCut: true) }
            let start = place - windowStart + Self.headerLength
            do throws(DamagedBytes) {
                try window.span.expectChecksum(checksum, of: start..<(start + length), "a record")
            } catch {
                return try torn(error.what, isCut: false)
            }
            guard flags & 0xe0 == 0, flags & 7 <= 4 else { throw damage("a record is of the unknown kind \(flags)", at: place) }
            defer { place += Self.headerLength + length }
            return Part(place: place, flags: flags, data: start..<(start + length))
        }
        return nil
    }

    /// Zeros may stand for what the system had not yet written when the power failed: they too end the segment.
    private mutating func expectZeros(through end: Int) throws(ReadError) {
        if let other = window[(place - windowStart)..<(end - windowStart)].firstIndex(where: { $0 != 0 }) {
            throw damage("a page goes on behind its end", at: windowStart + other)
        }
    }

    /// The end of the segment, where that may be torn: in the last page of the last segment, or where a page is cut.
    private mutating func torn(_ what: String, isCut: Bool) throws(ReadError) -> Part? {
        let isLastPage = place / Self.pageLength == (size - 1) / Self.pageLength
        guard isLastPage, isLast || isCut && size % Self.pageLength != 0 else { throw damage(what, at: place) }
        tornBytes = size - place
        place = size
        return nil
    }

    private func damage(_ what: String, at place: Int) -> ReadError { DamagedBytes(what, at: place).inFile(file.path) }

    /// Sees to it that the whole page at a place is in memory.
    private mutating func load(_ place: Int) throws(ReadError) {
        let page = place / Self.pageLength * Self.pageLength
        if page >= windowStart, min(size, page + Self.pageLength) <= windowStart + window.count { return }
        do throws(FileFault) {
            try file.read(min(size - page, Self.pageLength * Self.pagesAtOnce), at: page, into: &window)
        } catch {
            throw error.readError
        }
        windowStart = page
        guard min(size, page + Self.pageLength) <= windowStart + window.count else {
            throw damage("the file became shorter while it was read; ask again", at: page)
        }
    }

    private func decompress(_ record: inout [UInt8], _ part: Part) throws(ReadError) -> Bool {
        if part.flags & 0x08 != 0 {
            do throws(SnappyError) {
                record = try SnappyBlock.decompress(record, limit: Self.maximumRecordBytes)
            } catch {
                throw damage("a record cannot be decompressed: \(error)", at: recordPlace)
            }
        } else if part.flags & 0x10 != 0 {
            do throws(ZstandardError) {
                record = try ZstandardFrame.decompress(record, limit: Self.maximumRecordBytes)
            } catch {
                throw damage("a record cannot be decompressed: \(error)", at: recordPlace)
            }
        }
        return true
    }
}
