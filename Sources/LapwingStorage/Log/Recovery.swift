import LapwingDisk
import LapwingSeries
import LapwingText
import Synchronization

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
    var nextLog: UInt32 = 1
    var unsettledBytes = 0

    var manifest = Manifest(firstLog: 0, nextSegment: .max, nextSeries: 0)
    /// By the numbers of series, as are their chunks.
    var labels: [UInt32: Labels] = [:]
    var chunks: [UInt32: [RecoveredChunk]] = [:]
    let registry = SnapshotRegistry()

    init(_ directory: String, on disk: any Disk, _ options: DurabilityOptions) {
        self.directory = directory
        self.disk = disk
        self.options = options
    }

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

    mutating func damage(_ name: String, _ what: String) { report.damages.append("\(directory)/\(name): \(what)") }

    /// Puts a file out of the way of which nothing can be used.
    mutating func setAside(_ name: String, _ error: FormatError) throws {
        if error.isUnknownVersion { throw error }
        damage(name, "\(error.message); set aside as \(name)\(DataFiles.damagedSuffix)")
        try disk.rename("\(directory)/\(name)", to: "\(directory)/\(name)\(DataFiles.damagedSuffix)")
    }

    // MARK: Series

    /// That a number stands for a series. Where two stand for the same, the lower one's series had expired.
    mutating func define(_ definition: SeriesDefinition) {
        if labels[definition.id] == nil { labels[definition.id] = definition.labels }
    }

    /// Makes every series, in the order of their numbers, with its chunks.
    private mutating func restoreSeries(_ limits: StoreLimits) -> IndexState {
        var index = IndexState(limits: limits)
        var newest: [Labels: UInt32] = [:]
        newest.reserveCapacity(labels.count)
        for (id, labels) in labels { newest[labels] = max(newest[labels] ?? 0, id) }
        let context = BatchContext(version: 1, liveVersions: [])
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
        if damaged > 0 { damage(DataFiles.name(.checkpoint, files.checkpoint), "\(Counted.text(damaged, "sample")) that cannot be decoded, lost") }
        state.nextOrdinal = max(state.nextOrdinal, manifest.nextSeries)
        state.version = 1
        chunks = [:]
        return index
    }
}
