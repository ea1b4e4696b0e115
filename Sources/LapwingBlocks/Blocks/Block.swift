import LapwingSeries
import Synchronization

/// A block: the samples of some hours or days, which Prometheus writes once and never changes.
///
/// Opening one maps its files and reads its description alone. The index's tables are walked at the first question
/// that reaches the block's time, chunks are read when their samples are asked for.
final class Block: Sendable {
    let path: String
    let meta: BlockMeta
    private let indexFile: MappedFile
    private let chunks: ChunkFiles
    private let tombstones: Tombstones
    private let opened = Mutex<IndexFile?>(nil)

    init(path: String, meta: BlockMeta) throws(BlockFault) {
        self.path = path
        self.meta = meta
        do throws(FileFault) {
            indexFile = try MappedFile("\(path)/index")
            chunks = try ChunkFiles(folder: "\(path)/chunks")
            tombstones = try Self.tombstones("\(path)/tombstones")
        } catch {
            throw error.isMissing ? .vanished(error) : .unreadable(error.readError)
        }
    }

    private static func tombstones(_ path: String) throws(FileFault) -> Tombstones {
        let file: MappedFile
        do throws(FileFault) {
            file = try MappedFile(path)
        } catch {
            if error.isMissing { return Tombstones() }
            throw error
        }
        do throws(DamagedBytes) {
            return try Tombstones(file.bytes)
        } catch {
            throw FileFault(path: path, what: "\(error.what), at byte \(error.offset); \(DamagedBytes.remedy)")
        }
    }

    /// The index, its tables walked once.
    private func index() throws(ReadError) -> IndexFile {
        let result: Result<IndexFile, DamagedBytes> = opened.withLock { opened in
            if let opened { return .success(opened) }
            do throws(DamagedBytes) {
                let index = try IndexFile(indexFile)
                opened = index
                return .success(index)
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let index): return index
        case .failure(let damage): throw damage.inFile(indexFile.path)
        }
    }

    private func postings() throws(ReadError) -> BlockPostings { BlockPostings(index: try index()) }
}

/// Why a block cannot be opened.
enum BlockFault: Error {
    /// Its files have gone since the folder was listed: it was compacted, or is too old.
    case vanished(FileFault)
    case unreadable(ReadError)
}

extension Block: PartSource {
    var times: ClosedRange<Int64>? { meta.minTime < meta.maxTime ? meta.minTime...(meta.maxTime - 1) : nil }

    func select(_ matchers: [Matcher], over range: ClosedRange<Int64>) throws(ReadError) -> [(labels: Labels, series: UInt32)] {
        let postings = try postings()
        let numbers = try postings.series(matching: matchers)
        var found: [(labels: Labels, series: UInt32)] = []
        var encoder = Labels.Encoder()
        var isOrdered = true
        let file = indexFile
        let bytes = file.bytes
        do throws(DamagedBytes) {
            for number in numbers {
                var entry = try SeriesEntry(postings.index, bytes, number)
                let labels = try entry.readLabels(&encoder)
                let deleted = tombstones.spans(of: UInt64(number))
                var isWanted = false
                try entry.readChunks { times, _ in
                    isWanted = times.overlaps(range) && !deleted.contains { $0.contains(times.lowerBound) && $0.contains(times.upperBound) }
                    return !isWanted && times.lowerBound <= range.upperBound
                }
                guard isWanted else { continue }
                isOrdered = isOrdered && (found.last.map { $0.labels < labels } ?? true)
                found.append((labels, number))
            }
        } catch {
            throw error.inFile(indexFile.path)
        }
        return isOrdered ? found : found.sorted { $0.labels < $1.labels }
    }

    func appendParts(of series: UInt32, over range: ClosedRange<Int64>, as source: Int, to parts: inout [SeriesPart]) throws(ReadError) {
        let index = try index()
        let file = indexFile
        let bytes = file.bytes
        do throws(DamagedBytes) {
            var entry = try SeriesEntry(index, bytes, series)
            try entry.readChunks { times, reference in
                if times.overlaps(range) { parts.append(SeriesPart(times: times, source: source, series: series, samples: reference)) }
                return times.lowerBound <= range.upperBound
            }
        } catch {
            throw error.inFile(indexFile.path)
        }
    }

    func read(_ part: SeriesPart, over range: ClosedRange<Int64>, into columns: inout SampleColumns) throws(ReadError) {
        try chunks.decode(part.samples, in: range, into: &columns)
    }

    func deleted(_ series: UInt32) -> [ClosedRange<Int64>] { tombstones.spans(of: UInt64(series)) }

    func labelNames() throws(ReadError) -> [String] {
        let index = try index()
        let file = indexFile
        let bytes = file.bytes
        return index.postings.names.filter { !$0.text.isEmpty }.map { bytes.string($0.text) }
    }

    func labelValues(of name: String) throws(ReadError) -> [String] {
        let index = try index()
        let file = indexFile
        let bytes = file.bytes
        guard !name.isEmpty, let entry = index.postings.name(name.utf8.span, in: bytes) else { return [] }
        var values: [String] = []
        do throws(DamagedBytes) {
            try index.postings.forEachValue(of: entry, in: bytes) { value, _ in values.append(bytes.string(value)) }
        } catch {
            throw error.inFile(indexFile.path)
        }
        return values
    }
}
