import LapwingExposition
import LapwingSeries

/// Reads from the store what has not been sent, and gives series the labels by which the receiver knows them.
struct UnsentReading: Sendable {
    /// Which series are sent.
    enum Scope: Sendable {
        case all
        /// The series of some metrics: those that rules write.
        case metrics(Set<String>)
    }

    /// A part of the store's time that is read at once where much is unsent, so that receivers see time go on evenly: they refuse
    /// what lies too far behind the newest sample of any series.
    static let slice = Duration.seconds(300)

    let settings: RemoteWriteSettings
    let externalLabels: Labels
    /// The labels that are sent, by reference; nil in it for those that relabelling drops.
    private var known: [SeriesReference: Labels?] = [:]

    init(_ settings: RemoteWriteSettings, externalLabels: Labels) {
        self.settings = settings
        self.externalLabels = externalLabels
    }

    struct Round: Sendable {
        var series: [UnsentSeries] = []
        var samples = 0
        /// Samples that are passed over: older than `sample_age_limit`, or histograms where they are not to be sent.
        var dropped = 0
        /// The newest that was found.
        var latest = Int64.min
        /// The positions' frontier when all of it is done with; nil where the limit has stopped the round before it had seen all series.
        var frontier: Timestamp?
        /// Whether there may be more to read at once.
        var isCut = false
    }

    /// What is unsent, at most `queue.capacity` samples for each of the shards that there may be.
    ///
    /// - Parameter exemplars: those that are unsent, by the labels that their series have in the store; taken where there are samples
    ///   to send them with, since version 2.0 knows none without.
    /// - Complexity: O(series + samples).
    mutating func round(
        _ source: any SeriesSource, _ scope: Scope, _ positions: inout SendingPositions, _ exemplars: inout [Labels: [Exemplar]],
        at now: Timestamp
    ) throws(ReadError) -> Round {
        var round = Round()
        let end = positions.frontier + Self.slice < now ? positions.frontier + Self.slice : Timestamp.distantFuture
        let span = TimeRange(start: positions.beginning, end: end)
        let oldest = settings.queue.sampleAgeLimit > .zero ? (now - settings.queue.sampleAgeLimit).milliseconds : Int64.min
        let snapshot = source.snapshot()
        var living: [any SeriesSet] = []
        for matchers in Self.selections(scope) {
            let set = try snapshot.select(matchers, over: span)
            guard try take(set, &round, &positions, &exemplars, through: end, from: oldest) else {
                round.isCut = true
                return round
            }
            living.append(set)
        }
        round.isCut = end != .distantFuture
        round.frontier = min(end, now)
        if !round.isCut { positions.keepLate(only: round.series.lazy.map(\.reference)) }
        if known.count > 2 * living.reduce(0, { $0 + $1.count }) + 1000 { forget(allBut: living, &positions) }
        return round
    }

    /// Reads the series of a set.
    ///
    /// - Returns: whether all of them; not, when the round has as much as it may have.
    private mutating func take(
        _ set: any SeriesSet, _ round: inout Round, _ positions: inout SendingPositions, _ exemplars: inout [Labels: [Exemplar]],
        through end: Timestamp, from oldest: Int64
    ) throws(ReadError) -> Bool {
        let (product, overflow) = settings.queue.capacity.multipliedReportingOverflow(by: settings.queue.maxShards)
        let limit = overflow ? Int.max : product
        var columns = SampleColumns()
        for index in 0..<set.count {
            guard let reference = set.reference(index), let labels = sent(reference, set.labels[index]) else { continue }
            if round.samples >= limit { return false }
            try read(set, index, reference, positions, through: end, into: &columns)
            let last = max(columns.times.last ?? .min, columns.histogramTimes.last ?? .min)
            round.latest = max(round.latest, last)
            round.dropped += columns.keep(from: oldest, histograms: settings.version == .second || settings.sendsNativeHistograms)
            positions.keepLate(of: reference, in: columns)
            if columns.isEmpty {
                positions.advance(reference, to: last)
                continue
            }
            columns.timesOrigin = nil
            round.samples += columns.count
            var unsent = UnsentSeries(reference: reference, series: RemoteWriteSeries(labels: labels, samples: columns))
            if !exemplars.isEmpty { unsent.series.exemplars = exemplars.removeValue(forKey: set.labels[index]) ?? [] }
            round.series.append(unsent)
        }
        return true
    }

    /// Reads what lies beyond a series' position, and what came late before it.
    private func read(
        _ set: any SeriesSet, _ index: Int, _ reference: SeriesReference, _ positions: SendingPositions, through end: Timestamp,
        into columns: inout SampleColumns
    ) throws(ReadError) {
        let (position, late) = (positions[reference], positions.lateTimes(of: reference))
        let next = Timestamp(milliseconds: position).advanced(byMilliseconds: 1)
        let start = min(next, late.min().map { Timestamp(milliseconds: $0) } ?? next)
        try set.read(index, over: TimeRange(start: start, end: end), into: &columns)
        if late.isEmpty { return }
        let wanted = Set(late)
        columns.keep(floats: columns.times.indices.filter { columns.times[$0] > position || wanted.contains(columns.times[$0]) })
        let times = columns.histogramTimes
        columns.keep(histograms: times.indices.filter { times[$0] > position || wanted.contains(times[$0]) })
    }

    private mutating func forget(allBut sets: [any SeriesSet], _ positions: inout SendingPositions) {
        let living = Set(sets.flatMap { set in (0..<set.count).compactMap { set.reference($0) } })
        known = known.filter { living.contains($0.key) }
        positions.keep(only: living)
    }

    /// The labels of a series as they are sent; nil where it is not.
    private mutating func sent(_ reference: SeriesReference, _ labels: Labels) -> Labels? {
        if settings.relabeling.isEmpty, externalLabels.isEmpty { return labels }
        if let known = known[reference] { return known }
        let relabeled = settings.relabeling.relabeled(externalLabels.merging(labels))
        known[reference] = .some(relabeled)
        return relabeled
    }

    /// One for each metric: the store keeps each of them resolved.
    private static func selections(_ scope: Scope) -> [[Matcher]] {
        switch scope {
        case .all: [[]]
        case .metrics(let names): names.sorted().map { [.equal(LabelName.metric, $0)] }
        }
    }
}

extension SampleColumns {
    /// Takes away what is older, and histograms where they are not wanted.
    ///
    /// - Returns: how many samples that were.
    fileprivate mutating func keep(from oldest: Int64, histograms isWanted: Bool) -> Int {
        let floats = Self.firstIndex(in: times, notBefore: oldest)
        let places = isWanted ? Self.firstIndex(in: histogramTimes, notBefore: oldest) : histogramTimes.count
        if floats > 0 || places > 0 { removeFirst(floats: floats, histograms: places) }
        return floats + places
    }
}
