import LapwingSeries

/// What Prometheus holds in memory and has not put into a block yet, read from its head chunks and its log.
///
/// Samples of full chunks stay in their files; of the log, only what is newer than those is kept, about two hours of
/// new series and the last chunk of old ones.
struct Head: Sendable {
    /// A series, with its samples that are in no file of chunks, in ascending order of time.
    struct Series: Sendable {
        var labels: Labels
        var chunks: [HeadChunk] = []
        var columns = SampleColumns()
        var deleted: [ClosedRange<Int64>] = []

        /// First and last sample in `columns`.
        var open: ClosedRange<Int64>? {
            guard let start = [columns.times.first, columns.histogramTimes.first].compactMap({ $0 }).min(),
                let end = [columns.times.last, columns.histogramTimes.last].compactMap({ $0 }).max()
            else { return nil }
            return start...end
        }
    }

    struct HeadChunk: Sendable {
        var file: Int
        var chunk: HeadChunkFile.Chunk
    }

    /// In the order of their labels; numbered by it.
    let series: [Series]
    private let files: [MappedFile]
    private let postings: HeadPostings
    let times: ClosedRange<Int64>?

    /// What stands for the samples in memory among the parts of a series.
    private static let open = UInt64.max

    init(series: consuming [Series], files: [MappedFile]) {
        var ordered = series
        ordered.sort { $0.labels < $1.labels }
        var times: ClosedRange<Int64>?
        for one in ordered {
            for part in one.chunks.map(\.chunk.times) { times = Self.covering(times, part) }
            if let open = one.open { times = Self.covering(times, open) }
        }
        self.series = ordered
        self.files = files
        self.times = times
        postings = HeadPostings(ordered.map(\.labels))
    }

    private static func covering(_ times: ClosedRange<Int64>?, _ part: ClosedRange<Int64>) -> ClosedRange<Int64> {
        times.map { min($0.lowerBound, part.lowerBound)...max($0.upperBound, part.upperBound) } ?? part
    }
}

extension Head: PartSource {
    func select(_ matchers: [Matcher], over range: ClosedRange<Int64>) throws(ReadError) -> [(labels: Labels, series: UInt32)] {
        var found: [(labels: Labels, series: UInt32)] = []
        for number in try postings.series(matching: matchers) {
            let one = series[Int(number)]
            let isWanted = one.open?.overlaps(range) ?? false || one.chunks.contains { $0.chunk.times.overlaps(range) }
            if isWanted { found.append((one.labels, number)) }
        }
        return found
    }

    func appendParts(of number: UInt32, over range: ClosedRange<Int64>, as source: Int, to parts: inout [SeriesPart]) {
        let one = series[Int(number)]
        for (index, chunk) in one.chunks.enumerated() where chunk.chunk.times.overlaps(range) {
            parts.append(SeriesPart(times: chunk.chunk.times, source: source, series: number, samples: UInt64(index)))
        }
        if let open = one.open, open.overlaps(range) {
            parts.append(SeriesPart(times: open, source: source, series: number, samples: Self.open))
        }
    }

    func read(_ part: SeriesPart, over range: ClosedRange<Int64>, into columns: inout SampleColumns) throws(ReadError) {
        let one = series[Int(part.series)]
        if part.samples == Self.open { return columns.append(one.columns, in: range) }
        let place = one.chunks[Int(part.samples)]
        let file = files[place.file]
        do throws(DamagedBytes) {
            // Its checksum was compared when the file was read from end to end.
            try place.chunk.encoding.decode(file.bytes, place.chunk.data, in: range, into: &columns)
        } catch {
            throw error.inFile(file.path)
        }
    }

    func deleted(_ number: UInt32) -> [ClosedRange<Int64>] { series[Int(number)].deleted }

    func labelNames() -> [String] { postings.names }

    func labelValues(of name: String) -> [String] { postings.values(of: name) }
}
