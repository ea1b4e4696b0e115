import LapwingDisk
import LapwingSeries

/// Puts a store together from the files of a directory.
///
/// First what every number stands for, from all files; then the chunks, where those of a later file take the place of those
/// that they overlap; then the log, whose samples are refused where they are there already. Reading a batch twice changes
/// nothing, so a checkpoint may hold more than the log before it.
struct Recovery {
    let directory: String
    let disk: any Disk
    let options: DurabilityOptions

    var report = RecoveryReport()
    var state = WriterState()
    var files = Durability.Files()
    var notes: [[UInt8]: [UInt8]] = [:]
    /// Above the numbers of all log files.
    private(set) var nextLog: UInt32 = 1
    private(set) var unsettledBytes = 0

    private var manifest = Manifest(firstLog: 0, nextSegment: .max, nextSeries: 0)
    private var labels: [UInt32: Labels] = [:]
    private var chunks: [UInt32: [RecoveredChunk]] = [:]
    private var registry = SnapshotRegistry()

    init(_ directory: String, on disk: any Disk, _ options: DurabilityOptions) {
        self.directory = directory
        self.disk = disk
        self.options = options
    }

    /// A chunk as a file has it.
    struct RecoveredChunk: Sendable {
        var chunk: SealedChunk
        var summary: SampleSummary?
        var isOpen: Bool
    }

    // MARK: The way

    /// - Throws: `StorageError` for a file of another version and for a disk that cannot be read; damage is no reason.
    mutating func run(limits: StoreLimits) throws(StorageError) -> IndexState {
        do {
            let names = try disk.list(directory)
            for name in names where name.hasSuffix(DataFiles.newSuffix) { try disk.remove("\(directory)/\(name)") }
            try readCheckpoint(names)
            try readSegments(names)
            let logs = try openLogs(names)
            for log in logs { readDefinitions(log) }
            let index = restoreSeries(limits)
            for log in logs { replay(log) }
            report.series = state.ordinals.count
            report.samples = state.workspace.samples
            return index
        } catch let error as StorageError {
            throw error
        } catch let error as DiskError {
            throw StorageError(error)
        } catch let error as FormatError {
            throw StorageError(.unknownVersion, error.description)
        } catch {
            throw StorageError(.disk, "\(directory): \(error)")
        }
    }

    private mutating func damage(_ name: String, _ what: String) { report.damages.append("\(directory)/\(name): \(what)") }

    /// Puts a file out of the way of which nothing can be used.
    private mutating func setAside(_ name: String, _ error: FormatError) throws {
        if error.isUnknownVersion { throw error }
        damage(name, "\(error.message); set aside as \(name)\(DataFiles.damagedSuffix)")
        try disk.rename("\(directory)/\(name)", to: "\(directory)/\(name)\(DataFiles.damagedSuffix)")
    }

    // MARK: Checkpoint and segments

    private mutating func readCheckpoint(_ names: [String]) throws {
        for number in DataFiles.numbers(.checkpoint, in: names).reversed() {
            files.checkpoint = max(files.checkpoint, number)
            let name = DataFiles.name(.checkpoint, number)
            let file: SegmentFile
            do {
                file = try SegmentFile("\(directory)/\(name)", .checkpoint, on: disk)
            } catch let error as FormatError {
                try setAside(name, error)
                continue
            }
            var found: Manifest?
            var notes: [[UInt8]: [UInt8]] = [:]
            read(file, name, isMapped: false) { kind, bytes in
                if kind == CheckpointRecord.manifest { found = Manifest(bytes) }
                if kind == CheckpointRecord.note, let note = Self.note(bytes) { notes[note.key] = note.value }
            }
            self.notes = notes
            if let found { manifest = found }
            if found == nil { damage(name, "what it says of other files cannot be read; all of them are used") }
            files.checkpointBytes = file.bytes.count
            return
        }
    }

    private static func note(_ bytes: [UInt8]) -> (key: [UInt8], value: [UInt8]?)? {
        FileBytes(bytes).withBytes { bytes in
            var reader = ByteReader(bytes, 0..<bytes.count)
            return try? LogRecord.readNote(&reader)
        }
    }

    /// Those that cannot be read are made anew from the samples.
    private static func summaries(_ bytes: [UInt8]) -> [UInt32: [SampleSummary?]] {
        FileBytes(bytes).withBytes { bytes in
            var reader = ByteReader(bytes, 0..<bytes.count)
            return (try? SummaryRecord.read(&reader)) ?? [:]
        }
    }

    private mutating func readSegments(_ names: [String]) throws {
        let numbers = DataFiles.numbers(.segment, in: names)
        for number in numbers where number >= manifest.nextSegment { try disk.remove("\(directory)/\(DataFiles.name(.segment, number))") }
        var opened: [(file: SegmentFile, name: String)] = []
        for number in numbers where number < manifest.nextSegment {
            let name = DataFiles.name(.segment, number)
            do {
                opened.append((try SegmentFile("\(directory)/\(name)", .segment, on: disk), name))
            } catch let error as FormatError {
                try setAside(name, error)
            }
        }
        files.nextSegment = max(manifest.nextSegment == .max ? 1 : manifest.nextSegment, (numbers.last ?? 0) + 1)
        // The newest are looked at whole, as far as the budget goes.
        var budget = options.verifiedBytes
        var damages: [String: [FrameDamage]] = [:]
        for (file, name) in opened.reversed() {
            budget -= file.bytes.count
            if budget < 0 { break }
            damages[name] = file.verify()
        }
        let checkpointed = chunks
        chunks = [:]
        for (file, name) in opened {
            let isWhole = read(file, name, isMapped: true, known: damages[name] ?? [])
            if isWhole {
                files.segments.append(
                    .init(
                        number: file.number, bytes: file.bytes.count, latest: file.latest, file: file.bytes, isVerified: damages[name] != nil))
            }
            report.segments += 1
        }
        // A checkpoint is newer than the segments that it knows of.
        for (id, newer) in checkpointed { chunks[id, default: []] += newer }
    }

    /// Takes over what a segment or checkpoint holds.
    ///
    /// Chunks of a damaged file are copied, so that the next checkpoint writes them anew and the file can be set aside.
    /// - Returns: whether nothing of it is damaged.
    @discardableResult
    private mutating func read(
        _ file: SegmentFile, _ name: String, isMapped: Bool, known: [FrameDamage] = [], record: (UInt8, [UInt8]) -> Void = { _, _ in }
    ) -> Bool {
        let damagedData = isMapped ? known : file.verify()
        var series: [SegmentSeries] = []
        var summaries: [UInt32: [SampleSummary?]] = [:]
        var damagedIndex = file.forEach(series: { series.append($0) }, record: { kind, bytes in
            if kind == SummaryRecord.kind { summaries.merge(Self.summaries(bytes)) { $1 } } else { record(kind, bytes) }
        })
        var blocks = BlockCache(file.bytes, isMapped: isMapped && damagedData.isEmpty && damagedIndex.isEmpty)
        var lostSamples = 0
        for entry in series {
            guard let labels = Labels(encodedBytes: entry.key), !labels.isEmpty else {
                damagedIndex.append(FrameDamage(bytes: 0..<0, frames: 1, isTail: false))
                continue
            }
            define(SeriesDefinition(id: entry.id, labels: labels))
            let told = summaries[entry.id] ?? []
            for (index, chunk) in entry.chunks.enumerated() {
                let isLost = damagedData.contains { $0.bytes.overlaps(chunk.samples) || $0.bytes.overlaps(chunk.times) }
                if isLost || chunk.count > ChunkFormat.maximumCount {
                    lostSamples += chunk.count
                } else {
                    let summary = told.count == entry.chunks.count ? told[index] : nil
                    chunks[entry.id, default: []].append(blocks.chunk(chunk, summary))
                }
            }
        }
        if damagedData.isEmpty, damagedIndex.isEmpty { return true }
        let bytes = Set(damagedData + damagedIndex).reduce(0) { $0 + $1.bytes.count }
        let missing = file.series - series.count
        let lostSeries = missing > 0 ? ", and \(missing) series whose index it was" : ""
        damage(name, "\(bytes) bytes are damaged; \(lostSamples) samples that stood there are lost\(lostSeries); the rest is used")
        files.damaged.append(name)
        files.isDue = true
        return false
    }

    // MARK: Logs

    private struct OpenLog {
        var name: String
        var bytes: FileBytes
    }

    private mutating func openLogs(_ names: [String]) throws -> [OpenLog] {
        var logs: [OpenLog] = []
        for number in DataFiles.numbers(.log, in: names) {
            nextLog = number + 1
            let name = DataFiles.name(.log, number)
            if number < manifest.firstLog {
                try disk.remove("\(directory)/\(name)")
                continue
            }
            let bytes = try disk.map("\(directory)/\(name)")
            do {
                var reader = try FrameReader(bytes, name: "\(directory)/\(name)", .log)
                while reader.next() != nil {}
                for found in reader.damages { note(found, name) }
            } catch {
                if error.isUnknownVersion { throw error }
                // A file whose header was not written whole never held a record.
                damage(name, "\(error.message); \(bytes.count) bytes are dropped")
                files.isDue = true
                continue
            }
            unsettledBytes += bytes.count
            logs.append(OpenLog(name: name, bytes: bytes))
        }
        nextLog = max(nextLog, manifest.firstLog)
        report.logFiles = logs.count
        return logs
    }

    private mutating func note(_ found: FrameDamage, _ name: String) {
        files.isDue = true
        if found.isTail {
            damage(name, "its last \(found.bytes.count) bytes, from \(found.bytes.lowerBound) on, are no whole record and are dropped")
        } else {
            damage(name, "\(found.bytes.count) bytes at \(found.bytes.lowerBound) are damaged, \(found.frames) records are lost; the rest is used")
            if !files.damaged.contains(name) { files.damaged.append(name) }
        }
    }

    /// Goes through the records of a log.
    private func forEachRecord(_ log: OpenLog, _ body: (UInt8, inout ByteReader) throws(ByteReader.Malformed) -> Void) -> Int {
        guard var reader = try? FrameReader(log.bytes, name: log.name, .log) else { return 0 }
        var malformed = 0
        while let payload = reader.next() {
            do {
                try log.bytes.withBytes { bytes throws(ByteReader.Malformed) in
                    var fields = ByteReader(bytes, payload)
                    while !fields.isAtEnd { try body(try fields.byte(), &fields) }
                }
            } catch {
                malformed += 1
            }
        }
        return malformed
    }

    private mutating func readDefinitions(_ log: OpenLog) {
        var definitions: [SeriesDefinition] = []
        var notes = notes
        let malformed = forEachRecord(log) { (kind, fields) throws(ByteReader.Malformed) in
            switch kind {
            case LogRecord.series: definitions += try LogRecord.readSeries(&fields)
            case LogRecord.note:
                let note = try LogRecord.readNote(&fields)
                notes[note.key] = note.value
            case LogRecord.samples: fields.skipRest()
            default: throw .init(offset: fields.offset)
            }
        }
        self.notes = notes
        for definition in definitions { define(definition) }
        if malformed > 0 { damage(log.name, "\(malformed) records cannot be understood by this program and are passed over") }
    }

    private mutating func replay(_ log: OpenLog) {
        var unknown = 0
        var (state, report) = (state, report)
        let (registry, labels) = (registry, labels)
        _ = forEachRecord(log) { (kind, fields) throws(ByteReader.Malformed) in
            guard kind == LogRecord.samples else { return fields.skipRest() }
            let (batch, bounds) = try LogSamples.read(&fields)
            var context = BatchContext(version: state.version + 1, liveVersions: [])
            context.latestTime = bounds.latestTime
            context.earliestTime = bounds.earliestTime
            context.outOfOrderFrom = bounds.outOfOrderFrom
            let refused = state.append(batch, context, into: registry)
            // A number whose series went and came back under another is known, and what it had has expired.
            for sample in refused where sample.reason == .unknownSeries {
                let floats = batch.series.count
                let series = sample.index < floats ? batch.series[sample.index] : batch.histogramSeries[sample.index - floats]
                if UInt32(exactly: series.rawValue).flatMap({ labels[$0] }) == nil { unknown += 1 }
            }
            report.logBatches += 1
            report.logSamples += batch.count
        }
        (self.state, self.report) = (state, report)
        if unknown > 0 { damage(log.name, "\(unknown) samples are of series that no file tells the name of, and are lost") }
    }

    // MARK: Series

    /// That a number stands for a series. Where two stand for the same, the lower one's series had expired.
    private mutating func define(_ definition: SeriesDefinition) {
        if labels[definition.id] == nil { labels[definition.id] = definition.labels }
    }

    /// Makes every series, in the order of their numbers, with its chunks.
    private mutating func restoreSeries(_ limits: StoreLimits) -> IndexState {
        var index = IndexState(limits: limits)
        var newest: [Labels: UInt32] = [:]
        newest.reserveCapacity(labels.count)
        for (id, labels) in labels { newest[labels] = max(newest[labels] ?? 0, id) }
        var context = BatchContext(version: 1, liveVersions: [])
        context.outOfOrderFrom = .max
        var scratch = SampleColumns()
        var damaged = 0
        var known = RestoredTimes()
        for (id, labels) in labels.sorted(by: { $0.key < $1.key }) where newest[labels] == id {
            let place = state.restoreSeries(SeriesDefinition(id: id, labels: labels))
            index.insert(place, labels)
            var parts = SeriesParts()
            for chunk in chunks.removeValue(forKey: id) ?? [] {
                do {
                    scratch.removeAll()
                    if chunk.isOpen { try chunk.chunk.decode(into: &scratch) }
                    parts.add(chunk, scratch)
                } catch {
                    damaged += chunk.chunk.count
                }
            }
            if parts.isEmpty { continue }
            place.page.withLock { $0.restore(parts, to: place.place, context, &state.workspace, &known) }
            let span = parts.span
            place.page.note(span)
            state.newestTime = max(state.newestTime, span.upperBound)
        }
        if damaged > 0 { damage(DataFiles.name(.checkpoint, files.checkpoint), "\(damaged) samples cannot be decoded and are lost") }
        state.nextOrdinal = max(state.nextOrdinal, manifest.nextSeries)
        state.version = 1
        chunks = [:]
        return index
    }
}
