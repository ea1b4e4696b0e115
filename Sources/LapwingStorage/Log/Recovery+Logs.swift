import LapwingDisk
import LapwingSeries
import LapwingText

/// What the logs hold.
extension Recovery {
    struct OpenLog {
        var name: String
        var bytes: FileBytes
    }

    mutating func openLogs(_ names: [String]) throws -> [OpenLog] {
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
                for found in reader.damages { reportDamage(found, of: name) }
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

    private mutating func reportDamage(_ found: FrameDamage, of name: String) {
        files.isDue = true
        if found.isTail {
            damage(name, "its last \(found.bytes.count) bytes, from \(found.bytes.lowerBound) on, are no whole record and are dropped")
        } else {
            let records = Counted.text(found.frames, "record")
            damage(name, "\(found.bytes.count) bytes at \(found.bytes.lowerBound) are damaged; lost with them: \(records); the rest is used")
            if !files.damaged.contains(name) { files.damaged.append(name) }
        }
    }

    /// Goes through the records of a log.
    ///
    /// - Returns: how many of its frames cannot be understood.
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

    mutating func readDefinitions(_ log: OpenLog) {
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
        if malformed > 0 { damage(log.name, "\(Counted.text(malformed, "record")) that this program cannot understand, passed over") }
    }

    mutating func replay(_ log: OpenLog) {
        var unknown = 0
        var (state, report) = (state, report)
        let (registry, labels) = (registry, labels)
        _ = forEachRecord(log) { (kind, fields) throws(ByteReader.Malformed) in
            guard kind == LogRecord.samples else { return fields.skipRest() }
            let (batch, bounds) = try LogSamples.read(&fields)
            let context = BatchContext(version: state.version + 1, liveVersions: [], bounds: bounds)
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
        if unknown > 0 { damage(log.name, "\(Counted.text(unknown, "sample")) of series that no file tells the name of, lost") }
    }
}
