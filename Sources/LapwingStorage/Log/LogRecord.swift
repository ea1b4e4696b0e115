import LapwingDisk
import LapwingSeries

/// What the frames of a log hold: records, one behind the other; the frames are `LapwingDisk`'s.
///
///     series     ┌───┬───────┬──────────────────────────────────┬─ … ─┐   what a number stands for, before its first
///                │ 1 │ count │ id, length of labels, labels     │     │   sample and again in every checkpoint
///                └───┴───────┴──────────────────────────────────┴─ … ─┘   id: zigzag, less the one before
///
///     samples    ┌───┬───────┬────────┬────────┬────────┬────────────┬───────┬─────────────┬────────┐
///                │ 2 │ flags │ bounds │ floats │ series │ times      │ starts│ values      │ histo- │
///                │   │ 1 byte│        │ varint │        │            │       │             │ grams  │
///                └───┴───────┴────────┴────────┴────────┴────────────┴───────┴─────────────┴────────┘
///                bounds: what was too new, too old and out of order for this batch, so that a sample that was refused is
///                refused again when the log is read; series: runs of ids that follow each other, or each less the one
///                before; times: one, when all are alike, or each less the one before; starts: only with their flag.
///                Histograms have the same columns before their own
///
///     value      ┌──────────────┬─────────────┐   high four bits e: 0…9, the value is an integer over 10^e; 15, eight bytes
///                │ tag          │ 0…8 bytes   │   of bit pattern follow. Low four bits n: 0…8, the integer's zigzag in n
///                │ 1 byte       │             │   bytes; 9…15, its difference from the integer before in n - 9
///                └──────────────┴─────────────┘
///
///     note       ┌───┬──────────────────┬────────────────────┐   state that others keep here, by a key: the newest value
///                │ 3 │ length, key      │ length + 1, value  │   of a key holds; length + 1 = 0 takes it away
///                └───┴──────────────────┴────────────────────┘
enum LogRecord {
    static let series: UInt8 = 1
    static let samples: UInt8 = 2
    static let note: UInt8 = 3

    static func appendSeries(_ definitions: ArraySlice<SeriesDefinition>, to bytes: inout [UInt8]) {
        if definitions.isEmpty { return }
        bytes.append(series)
        bytes.appendNumber(definitions.count)
        var last: Int64 = 0
        for definition in definitions {
            bytes.appendSigned(Int64(definition.id) - last)
            last = Int64(definition.id)
            let labels = definition.labels.encodedBytes
            bytes.appendNumber(labels.count)
            bytes.append(contentsOf: labels)
        }
    }

    static func appendNote(_ key: [UInt8], _ value: [UInt8]?, to bytes: inout [UInt8]) {
        bytes.append(note)
        bytes.appendNumber(key.count)
        bytes.append(contentsOf: key)
        bytes.appendNumber(value.map { $0.count + 1 } ?? 0)
        bytes.append(contentsOf: value ?? [])
    }

    static func readSeries(_ reader: inout ByteReader) throws(ByteReader.Malformed) -> [SeriesDefinition] {
        var definitions: [SeriesDefinition] = []
        var last: Int64 = 0
        for _ in 0..<(try reader.count(bytesEach: 2)) {
            last &+= try reader.zigzag()
            let labels = Labels(encodedBytes: try reader.copy(try reader.count()))
            guard let labels, !labels.isEmpty, let id = UInt32(exactly: last) else { throw .init(offset: reader.offset) }
            definitions.append(SeriesDefinition(id: id, labels: labels))
        }
        return definitions
    }

    static func readNote(_ reader: inout ByteReader) throws(ByteReader.Malformed) -> (key: [UInt8], value: [UInt8]?) {
        let key = try reader.copy(try reader.count())
        let length = try reader.number()
        return (key, length == 0 ? nil : try reader.copy(length - 1))
    }
}

/// That a number stands for a series, in this data directory and for good.
struct SeriesDefinition: Sendable, Equatable {
    var id: UInt32
    var labels: Labels
}
