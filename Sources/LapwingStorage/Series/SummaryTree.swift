import LapwingSeries

/// Summaries of a series' first chunks, and of each 8 of them, and of each 8 of those: so that a long window costs the
/// two chunks at its ends and a few summaries between them.
struct SummaryTree: Sendable {
    static let fanOut = 8

    /// Level by level, the chunks' own first.
    private var levels: [[SampleSummary]] = []

    /// How many chunks are summarised, from the first on.
    var count: Int { levels.first?.count ?? 0 }

    /// Those of the chunks themselves.
    var chunks: [SampleSummary] { levels.first ?? [] }

    init() {}

    init(_ summaries: some Sequence<SampleSummary>) {
        for summary in summaries { append(summary) }
    }

    var byteCount: Int { levels.reduce(0) { $0 + 32 + $1.capacity * MemoryLayout<SampleSummary>.stride } }

    mutating func append(_ summary: SampleSummary) { append(summary, level: 0) }

    private mutating func append(_ summary: SampleSummary, level: Int) {
        if levels.count == level { levels.appendTightly([]) }
        levels[level].appendTightly(summary)
        guard levels[level].count % Self.fanOut == 0 else { return }
        var joined = SampleSummary()
        for part in levels[level].suffix(Self.fanOut) { joined.add(part) }
        append(joined, level: level + 1)
    }

    /// Forgets all chunks but the first `count`.
    mutating func keepFirst(_ count: Int) {
        if count >= self.count { return }
        if count == 0 { return levels = [] }
        var left = count
        for level in levels.indices {
            levels[level].removeLast(levels[level].count - left)
            left /= Self.fanOut
        }
        levels.removeAll(where: \.isEmpty)
    }

    /// Forgets the first chunks.
    ///
    /// - Complexity: O(chunks).
    mutating func removeFirst(_ removed: Int) {
        if removed > 0 { self = SummaryTree(chunks.dropFirst(removed)) }
    }

    /// Adds the summaries of some chunks, in their order.
    ///
    /// - Complexity: O(log chunks).
    func add(_ chunks: Range<Int>, to total: inout SampleSummary) {
        var place = chunks.lowerBound
        while place < chunks.upperBound {
            var (level, span) = (0, 1)
            while level + 1 < levels.count, place % (span * Self.fanOut) == 0, place + span * Self.fanOut <= chunks.upperBound {
                level += 1
                span *= Self.fanOut
            }
            total.add(levels[level][place / span])
            place += span
        }
    }
}

extension SampleSummary {
    /// What a chunk of floats comes to.
    init(_ chunk: SealedChunk) throws(ReadError) {
        self.init()
        guard chunk.kind == .floats else {
            needsSamples = true
            return
        }
        var columns = SampleColumns()
        try chunk.decode(into: &columns)
        if !columns.startTimes.isEmpty { needsSamples = true }
        add(columns.values.span, at: columns.times.span, columns.times.indices, .all)
    }
}
