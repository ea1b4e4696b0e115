import LapwingDisk
import LapwingSeries
import LapwingText

/// What checkpoint and segments hold.
extension Recovery {
    mutating func readCheckpoint(_ names: [String]) throws {
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

    mutating func readSegments(_ names: [String]) throws {
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
            if kind == CheckpointRecord.summaries { summaries.merge(Self.summaries(bytes)) { $1 } } else { record(kind, bytes) }
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
        damage(name, "\(bytes) bytes are damaged; lost with them: \(Counted.text(lostSamples, "sample"))\(lostSeries); the rest is used")
        files.damaged.append(name)
        files.isDue = true
        return false
    }
}
