import Foundation
@testable import LapwingBlocks
import LapwingSeries

/// A block put together by hand.
struct BlockWriting {
    struct Series {
        var labels: Labels
        var chunks: [(times: ClosedRange<Int64>, encoding: ChunkEncoding, data: [UInt8])] = []

        init(_ labels: Labels, _ chunks: [[TestSample]]) {
            self.labels = labels
            self.chunks = chunks.filter { !$0.isEmpty }.map { ($0[0].time...$0[$0.count - 1].time, .xor, ChunkWriting.xor($0)) }
        }
    }

    var series: [Series]
    var version: UInt8 = 2
    var ulid = "01M85A25MCNW56H2E6JVCDQB5H"
    var parents: [String] = []
    var isDeletable = false
    var tombstones: [(series: Int, span: ClosedRange<Int64>)] = []
    /// Whether the table of postings is written backwards, as version 1 may.
    var isTableReversed = false

    func write(into folder: URL) throws {
        let block = folder.appending(path: ulid)
        try FileManager.default.createDirectory(at: block.appending(path: "chunks"), withIntermediateDirectories: true)
        let ordered = series.sorted { $0.labels < $1.labels }
        var (chunks, references) = Self.chunks(ordered)
        try Data(chunks).write(to: block.appending(path: "chunks/000001"))
        chunks = []
        let (index, places) = IndexWriting(ordered, references, version: version, isTableReversed: isTableReversed).file()
        try Data(index).write(to: block.appending(path: "index"))
        if !tombstones.isEmpty {
            let stones = tombstones.map { stone in
                (places[ordered.firstIndex { $0.labels == series[stone.series].labels } ?? 0], stone.span)
            }
            try Data(Self.tombstones(stones)).write(to: block.appending(path: "tombstones"))
        }
        let times = ordered.flatMap(\.chunks).map(\.times)
        let compaction: [String: Any] = [
            "level": 1, "sources": [ulid], "parents": parents.map { ["ulid": $0, "minTime": 0, "maxTime": 0] }, "deletable": isDeletable,
        ]
        let meta: [String: Any] = [
            "ulid": ulid, "version": 1, "minTime": times.map(\.lowerBound).min() ?? 0, "maxTime": (times.map(\.upperBound).max() ?? 0) + 1,
            "compaction": compaction,
        ]
        try JSONSerialization.data(withJSONObject: meta).write(to: block.appending(path: "meta.json"))
    }

    private static func chunks(_ series: [Series]) -> (file: [UInt8], references: [[UInt64]]) {
        var file: [UInt8] = []
        file.put32(0x85BD_40DD)
        file += [1, 0, 0, 0]
        let references = series.map { one in
            one.chunks.map { chunk -> UInt64 in
                let place = file.count
                file.putUvarint(UInt64(chunk.data.count))
                let start = file.count
                file.append(chunk.encoding.rawValue)
                file += chunk.data
                file.putChecksum(from: start)
                return UInt64(place)
            }
        }
        return (file, references)
    }

    private static func tombstones(_ stones: [(UInt32, ClosedRange<Int64>)]) -> [UInt8] {
        var file: [UInt8] = []
        file.put32(0x0130_BA30)
        file.append(1)
        for (series, span) in stones {
            file.putUvarint(UInt64(series))
            file.putVarint(span.lowerBound)
            file.putVarint(span.upperBound)
        }
        file.putChecksum(from: 5)
        return file
    }
}

/// The index of a block.
private struct IndexWriting {
    let series: [BlockWriting.Series]
    let references: [[UInt64]]
    let version: UInt8
    let isTableReversed: Bool

    init(_ series: [BlockWriting.Series], _ references: [[UInt64]], version: UInt8, isTableReversed: Bool) {
        self.series = series
        self.references = references
        self.version = version
        self.isTableReversed = isTableReversed
    }

    private func ordered(_ texts: [String]) -> [String] {
        Set(texts).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    func file() -> (bytes: [UInt8], places: [UInt32]) {
        var file: [UInt8] = []
        file.put32(0xBAAA_D700)
        file.append(version)
        let symbolsPlace = file.count
        let symbols = putSymbols(&file)
        let (seriesPlace, places) = putSeries(&file, symbols)
        var table: [(name: String, value: String, place: Int)] = []
        let postingsPlace = file.count
        for name in [""] + ordered(series.flatMap { $0.labels.map(\.name) }) {
            for value in name.isEmpty ? [""] : ordered(series.compactMap { $0.labels[name] }) {
                table.append((name, value, file.count))
                var list: [UInt8] = []
                let found = series.indices.filter { name.isEmpty || series[$0].labels[name] == value }
                list.put32(UInt32(found.count))
                for index in found { list.put32(places[index]) }
                file.putSection(list)
            }
        }
        if isTableReversed { table.reverse() }
        let tablePlace = file.count
        var body: [UInt8] = []
        body.put32(UInt32(table.count))
        for entry in table {
            body.append(2)
            body.put(entry.name)
            body.put(entry.value)
            body.putUvarint(UInt64(entry.place))
        }
        file.putSection(body)
        let contents = file.count
        for place in [symbolsPlace, seriesPlace, 0, 0, postingsPlace, tablePlace] { file.put64(Int64(place)) }
        file.putChecksum(from: contents)
        return (file, places)
    }

    /// What each text is called in series.
    private func putSymbols(_ file: inout [UInt8]) -> [String: UInt64] {
        let texts = ordered([""] + series.flatMap { $0.labels.flatMap { [$0.name, $0.value] } })
        var (body, names): ([UInt8], [String: UInt64]) = ([], [:])
        body.put32(UInt32(texts.count))
        for (number, text) in texts.enumerated() {
            names[text] = version == 1 ? UInt64(file.count + 4 + body.count) : UInt64(number)
            body.put(text)
        }
        file.putSection(body)
        return names
    }

    private func putSeries(_ file: inout [UInt8], _ symbols: [String: UInt64]) -> (start: Int, places: [UInt32]) {
        var places: [UInt32] = []
        let start = file.count
        for (one, references) in zip(series, references) {
            if version > 1 { while file.count % 16 != 0 { file.append(0) } }
            places.append(UInt32(version > 1 ? file.count / 16 : file.count))
            var body: [UInt8] = []
            body.putUvarint(UInt64(one.labels.count))
            for label in one.labels {
                body.putUvarint(symbols[label.name] ?? 0)
                body.putUvarint(symbols[label.value] ?? 0)
            }
            body.putUvarint(UInt64(one.chunks.count))
            for (index, chunk) in one.chunks.enumerated() {
                if index == 0 {
                    body.putVarint(chunk.times.lowerBound)
                } else {
                    body.putUvarint(UInt64(chunk.times.lowerBound - one.chunks[index - 1].times.upperBound))
                }
                body.putUvarint(UInt64(chunk.times.upperBound - chunk.times.lowerBound))
                if index == 0 { body.putUvarint(references[0]) } else { body.putVarint(Int64(references[index]) - Int64(references[index - 1])) }
            }
            file.putUvarint(UInt64(body.count))
            let start = file.count
            file += body
            file.putChecksum(from: start)
        }
        return (start, places)
    }
}
