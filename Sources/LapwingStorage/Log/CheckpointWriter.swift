import LapwingDisk
import LapwingSeries
import Synchronization

/// A checkpoint, and perhaps a segment, as they are written.
struct CheckpointWriter {
    private let durability: Durability
    let number: UInt32
    private let segmentNumber: UInt32?
    private let oldNextSegment: UInt32
    private var checkpoint: SegmentWriter?
    private var segmentWriter: SegmentWriter?
    private var encoder = ChunkEncoder()
    private var summaries = SummaryRecord()
    private var segmentSummaries = SummaryRecord()
    private var latest = Int64.min
    private(set) var bytes = 0
    private(set) var segment: Durability.Segment?

    init(_ durability: Durability, _ files: Durability.Files, settledBytes: Int) {
        self.durability = durability
        number = files.checkpoint + 1
        oldNextSegment = files.nextSegment
        segmentNumber = settledBytes >= durability.options.segmentBytes && settledBytes > 0 ? files.nextSegment : nil
    }

    var nextSegment: UInt32 { segmentNumber.map { $0 + 1 } ?? oldNextSegment }

    mutating func begin() throws(DiskError) {
        checkpoint = try writer(.checkpoint, number)
        if let segmentNumber { segmentWriter = try writer(.segment, segmentNumber) }
    }

    private func writer(_ kind: FrameFormat.Kind, _ number: UInt32) throws(DiskError) -> SegmentWriter {
        try SegmentWriter(
            durability.path(kind, number), in: durability.directory, kind, number: number, marker: durability.random(), on: durability.disk)
    }

    /// Writes the series of a page as they are now.
    mutating func write(_ page: SeriesPage, _ number: Int, _ table: SeriesTable) throws(DiskError) {
        let series = page.withLock { state in
            state.series.indices.filter { state.isLiving($0) && !state.isRemoved($0) }.map { place in
                (place: place, content: state.content(of: place), summaries: state.series[place].summaries.chunks)
            }
        }
        for (place, content, summaries) in series {
            let id = UInt32(number * SeriesPage.capacity + place)
            guard let labels = table.labels(id) else { continue }
            let chunks = content.chunks.enumerated().map { Chunk(chunk: $1, summary: $0 < summaries.count ? summaries[$0] : nil) }
            try write(id, labels, chunks.filter { !$0.chunk.samples.isMapped }, content.open)
        }
        finishRecords(fullOnly: true)
    }

    private typealias Chunk = (chunk: SealedChunk, summary: SampleSummary?)

    private mutating func write(_ id: UInt32, _ labels: Labels, _ held: [Chunk], _ samples: SampleColumns) throws(DiskError) {
        let settled = segmentNumber == nil ? [] : held.filter(\.chunk.isSettled)
        let unsettled = segmentNumber == nil ? held : held.filter { !$0.chunk.isSettled }
        if !settled.isEmpty {
            segmentWriter?.beginSeries(id: id, key: labels.encodedBytes, chunks: settled.count)
            segmentSummaries.append(id, settled.map(\.summary))
            for (chunk, _) in settled {
                try segmentWriter?.append(chunk, flags: 0)
                latest = max(latest, chunk.endTime)
            }
        }
        let open = samples.isEmpty ? nil : SealedChunk(samples, &encoder)
        checkpoint?.beginSeries(id: id, key: labels.encodedBytes, chunks: unsettled.count + (open == nil ? 0 : 1))
        summaries.append(id, unsettled.map(\.summary) + (open == nil ? [] : [nil]))
        for (chunk, _) in unsettled { try checkpoint?.append(chunk, flags: 0) }
        if let open { try checkpoint?.append(open, flags: ChunkFlags.open) }
    }

    /// Hands the summaries that wait to their files.
    private mutating func finishRecords(fullOnly: Bool) {
        let least = fullOnly ? SummaryRecord.fullBytes : 1
        if summaries.bytes.count >= least {
            checkpoint?.append(record: CheckpointRecord.summaries, summaries.bytes)
            summaries = SummaryRecord()
        }
        if segmentSummaries.bytes.count >= least {
            segmentWriter?.append(record: CheckpointRecord.summaries, segmentSummaries.bytes)
            segmentSummaries = SummaryRecord()
        }
    }

    /// Gives the files their names: the segment's first, which does not count until the checkpoint says so.
    mutating func finish(_ manifest: Manifest, _ notes: [[UInt8]: [UInt8]]) throws(DiskError) {
        finishRecords(fullOnly: false)
        if let segmentNumber, let size = try segmentWriter?.finish() {
            segment = Durability.Segment(number: segmentNumber, bytes: size, latest: latest)
        }
        for (key, value) in notes.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            var bytes: [UInt8] = []
            LogRecord.appendNote(key, value, to: &bytes)
            checkpoint?.append(record: CheckpointRecord.note, Array(bytes.dropFirst()))
        }
        checkpoint?.append(record: CheckpointRecord.manifest, manifest.bytes)
        bytes = try checkpoint?.finish() ?? 0
    }

    /// Takes away what was begun, as far as the disk lets it.
    ///
    /// A checkpoint that has its name needs its segment, so that goes only when the checkpoint is gone for good.
    func abandon() {
        let path = durability.path(.checkpoint, number)
        do {
            if let segmentNumber { try durability.disk.remove(durability.path(.segment, segmentNumber) + DataFiles.newSuffix) }
            try durability.disk.remove(path + DataFiles.newSuffix)
            try durability.disk.remove(path)
            try durability.disk.syncDirectory(durability.directory)
            if let segmentNumber { try durability.disk.remove(durability.path(.segment, segmentNumber)) }
        } catch {
            // What is left is removed, or written anew under the same names, by the next checkpoint or start.
        }
    }
}

extension SegmentWriter {
    fileprivate mutating func append(_ chunk: SealedChunk, flags: UInt8) throws(DiskError) {
        try append(
            flags: flags | (chunk.kind == .histograms ? ChunkFlags.histograms : 0), count: chunk.count, start: chunk.startTime,
            end: chunk.endTime, times: chunk.times.copy(), samples: chunk.samples.copy())
    }
}
