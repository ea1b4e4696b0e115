import LapwingDisk
import LapwingSeries

extension PageState {
    /// Gives a series that has just been made what files held of it.
    mutating func restore(
        _ parts: SeriesParts, to place: Int, _ batch: borrowing BatchContext, _ workspace: inout AppendWorkspace, _ known: inout RestoredTimes
    ) {
        let (chunks, open) = (parts.chunks, parts.open)
        series[place].chunks = chunks
        series[place].summaries = parts.summaries
        defer { noteNewestTime(place) }
        workspace.samples += chunks.sampleCount + open.count
        let count = open.times.count
        if count > 0, count <= 2 * OpenTimes.capacity, open.startTimes.isEmpty, open.histograms.isEmpty {
            let olderCount = count > OpenTimes.capacity ? OpenTimes.capacity : 0
            let older = known.run(open.times[..<olderCount], batch.version)
            return restore(older, known.run(open.times[olderCount...], batch.version), open.values, to: place)
        }
        for (index, time) in open.times.enumerated() {
            let start = open.startTimes.isEmpty ? 0 : open.startTimes[index]
            append(open.values[index], at: time, startTime: start, to: place, batch, &workspace)
        }
        for (index, time) in open.histogramTimes.enumerated() {
            let start = open.histogramStartTimes.isEmpty ? 0 : open.histogramStartTimes[index]
            append(open.histograms[index], at: time, startTime: start, to: place, batch, &workspace)
        }
    }

    /// Puts chunks of a file in place of the same chunks in memory; those that have changed meanwhile stay.
    mutating func settle(_ settled: [SealedChunk], at place: Int) {
        guard isLiving(place) else { return }
        for chunk in settled {
            let index = series[place].chunks.firstIndex(endingNotBefore: chunk.startTime)
            guard index < series[place].chunks.count else { continue }
            let held = series[place].chunks[index]
            guard held.startTime == chunk.startTime, held.endTime == chunk.endTime, held.count == chunk.count, held.kind == chunk.kind,
                held.samples.count == chunk.samples.count
            else { continue }
            series[place].chunks[index] = chunk
        }
    }
}

extension PageState {
    /// Takes the chunks of a file into memory, and drops those that lie in damaged stretches of it.
    ///
    /// - Returns: how many samples were dropped.
    mutating func release(_ file: FileBytes, _ damages: [FrameDamage]) -> Int {
        var dropped = 0
        for place in series.indices {
            guard let first = series[place].chunks.firstIndex(where: { $0.samples.isPart(of: file) || $0.times.isPart(of: file) }) else { continue }
            var chunks: [SealedChunk] = []
            for chunk in series[place].chunks {
                if [chunk.samples, chunk.times].contains(where: { $0.isPart(of: file, in: damages) }) {
                    dropped += chunk.count
                } else {
                    chunks.append(chunk.samples.isPart(of: file) ? chunk.held : chunk)
                }
            }
            series[place].summaries.keepFirst(first)
            forgetTail(place)
            series[place].chunks = chunks
            noteNewestTime(place)
        }
        return dropped
    }
}

extension ChunkBytes {
    fileprivate func isPart(of file: FileBytes) -> Bool {
        switch self {
        case .held: false
        case .mapped(let block): block.file === file
        }
    }

    fileprivate func isPart(of file: FileBytes, in damages: [FrameDamage]) -> Bool {
        switch self {
        case .held: false
        case .mapped(let block): block.file === file && damages.contains { $0.bytes.overlaps(block.range) }
        }
    }
}

/// Times of open samples that were restored, so that the series of one scrape share them again.
struct RestoredTimes {
    private static let maximumCount = 4096
    private var known: [ArraySlice<Int64>: OpenTimes] = [:]

    mutating func run(_ times: ArraySlice<Int64>, _ version: UInt64) -> OpenRun {
        if times.isEmpty { return OpenRun() }
        if let found = known[times] { return OpenRun(joining: found, base: 0, count: times.count) }
        let made = OpenTimes()
        for time in times { made.append(time: time, version: version) }
        if known.count >= Self.maximumCount { known.removeAll() }
        known[times] = made
        return OpenRun(joining: made, base: 0, count: times.count)
    }
}

extension SealedChunk {
    /// The same chunk with its bytes in memory.
    fileprivate var held: SealedChunk {
        SealedChunk(
            kind: kind, count: count, startTime: startTime, endTime: endTime, times: .held(times.copy()), samples: .held(samples.copy()))
    }

    /// Whether it will never be joined with others: it fills more than half of what one may hold.
    var isSettled: Bool {
        2 * count > (kind == .floats ? [SealedChunk].joinedMaximum : [SealedChunk].joinedHistogramMaximum)
    }
}
