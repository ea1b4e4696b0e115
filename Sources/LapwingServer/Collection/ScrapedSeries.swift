import LapwingConfiguration
import LapwingExposition
import LapwingSeries

/// The series of one target, as columns: by the number of a series text, and by series.
///
/// Several texts may mean one series (`a{x="1"}` and `a{x="1",}`), so that a series has ended only when none of its
/// texts is there.
struct ScrapedSeries: Sendable {
    private static let unresolved: Int32 = -1
    private static let dropped: Int32 = -2
    private static let never = UInt32.max
    /// Texts beyond twice those of the last good page that are kept before the others are forgotten.
    static let spareTexts = 1000

    /// Scrapes so far.
    private var round: UInt32 = 0
    private var lastGoodRound: UInt32 = 0

    // By text.
    private var indices: [Int32] = []
    private var textRounds: [UInt32] = []

    // By series.
    private(set) var labels: [Labels] = []
    private var references: [SeriesReference?] = []
    /// The last round in which a sample came whose absence is to be marked.
    private var trackedRounds: [UInt32] = []
    private var indicesByLabels: [Labels: Int32] = [:]

    var count: Int { labels.count }

    mutating func beginRound() { round &+= 1 }

    /// Takes back what a failed scrape has marked as present.
    mutating func forgetRound() {
        for index in trackedRounds.indices where trackedRounds[index] == round { trackedRounds[index] = 0 }
    }

    mutating func forgetTexts() {
        indices.removeAll()
        textRounds.removeAll()
    }

    mutating func extend(to textCount: Int) {
        while indices.count < textCount {
            indices.append(Self.unresolved)
            textRounds.append(Self.never)
        }
    }

    func isUnresolved(_ text: Int32) -> Bool { indices[Int(text)] == Self.unresolved }

    /// The series that a text means; nil when it is dropped.
    func labels(ofText text: Int32) -> Labels? {
        let index = Int(indices[Int(text)])
        return index >= 0 ? labels[index] : nil
    }

    /// Says which series a text means; nil when it is dropped.
    mutating func resolve(_ text: Int32, as labels: Labels?) {
        guard let labels else {
            indices[Int(text)] = Self.dropped
            return
        }
        if let known = indicesByLabels[labels] {
            indices[Int(text)] = known
            return
        }
        let index = Int32(self.labels.count)
        indices[Int(text)] = index
        indicesByLabels[labels] = index
        self.labels.append(labels)
        references.append(nil)
        trackedRounds.append(0)
    }

    func keptLines(of page: ExpositionPage) -> Int {
        var kept = 0
        for text in page.series where indices[Int(text)] >= 0 { kept += 1 }
        return kept
    }

    mutating func askForReferences(_ sink: some SampleSink) throws(AppendError) {
        let missing = references.indices.filter { references[$0] == nil }
        guard !missing.isEmpty else { return }
        let answers = try sink.references(for: missing.map { labels[$0] })
        for (index, reference) in zip(missing, answers) { references[index] = reference }
    }

    /// Adds the samples of a page.
    mutating func append(
        _ page: ExpositionPage, at time: Timestamp, _ configuration: ScrapeConfiguration, to batch: inout SampleBatch,
        _ outcome: inout ScrapeOutcome
    ) {
        let latest = (time + ScrapeSession.maximumAhead).milliseconds
        for line in 0..<page.count {
            let text = Int(page.series[line])
            let index = Int(indices[text])
            guard index >= 0, let reference = references[index] else {
                textRounds[text] = round
                continue
            }
            let hasOwnTime = configuration.honorsTimestamps && page.times[line] != ExpositionPage.noTime
            if textRounds[text] == round, !hasOwnTime {
                outcome.duplicates += 1
                continue
            }
            if textRounds[text] != lastGoodRound && textRounds[text] != round { outcome.added += 1 }
            textRounds[text] = round
            let sampleTime = hasOwnTime ? page.times[line] : time.milliseconds
            if sampleTime > latest {
                outcome.outOfBounds += 1
                continue
            }
            if let histogram = page.histograms[line] {
                batch.append(reference, time: sampleTime, histogram: histogram)
            } else {
                batch.append(reference, time: sampleTime, value: page.values[line])
            }
            if !hasOwnTime || configuration.tracksTimestampsStaleness { trackedRounds[index] = round }
        }
    }

    /// Adds a stale marker for each series that the last round had and this one has not.
    func appendStaleMarkers(at time: Timestamp, to batch: inout SampleBatch) {
        guard round > 1 else { return }
        for index in trackedRounds.indices where trackedRounds[index] == round - 1 {
            if let reference = references[index] {
                batch.append(reference, time: time.milliseconds, value: StaleMarker.value)
            }
        }
    }

    /// Asks again for series that the sink has forgotten, and sends their samples once more.
    mutating func renew(
        _ refused: [RefusedSample], of batch: SampleBatch, _ sink: some SampleSink
    ) throws(AppendError) {
        let unknown = refused.filter { $0.reason == .unknownSeries }
        guard !unknown.isEmpty else { return }
        var indices: [SeriesReference: Int] = [:]
        for (index, reference) in references.enumerated() { if let reference { indices[reference] = index } }
        var again: [(index: Int, sample: Int)] = []
        let floats = batch.series.count
        for sample in unknown {
            let reference = sample.index < floats ? batch.series[sample.index] : batch.histogramSeries[sample.index - floats]
            guard let index = indices[reference] else { continue }
            references[index] = nil
            again.append((index, sample.index))
        }
        try askForReferences(sink)
        var second = SampleBatch()
        for (index, sample) in again {
            guard let reference = references[index] else { continue }
            if sample < floats {
                second.append(reference, time: batch.times[sample], value: batch.values[sample])
            } else {
                second.append(reference, time: batch.histogramTimes[sample - floats], histogram: batch.histograms[sample - floats])
            }
        }
        try sink.append(second)
    }

    /// Ends a round whose page was good, and forgets texts and series that have not been there for long.
    mutating func endGoodRound(_ texts: inout SeriesTexts) {
        lastGoodRound = round
        var present = 0
        for textRound in textRounds where textRound == round { present += 1 }

        if textRounds.count > 2 * present + Self.spareTexts { forgetAbsent(&texts) }
    }

    private mutating func forgetAbsent(_ texts: inout SeriesTexts) {
        let renumbered = texts.keep(textRounds.map { $0 == round })
        var isKept = [Bool](repeating: false, count: labels.count)
        for (text, index) in indices.enumerated() where textRounds[text] == round && index >= 0 {
            isKept[Int(index)] = true
        }
        // Those that are marked as ended by this very scrape are needed once more.
        for index in trackedRounds.indices where trackedRounds[index] == round - 1 { isKept[index] = true }
        var newIndices = [Int32](repeating: Self.unresolved, count: labels.count)
        var old = ScrapedSeries()
        swap(&self, &old)
        round = old.round
        lastGoodRound = old.lastGoodRound
        for index in old.labels.indices where isKept[index] {
            newIndices[index] = Int32(labels.count)
            indicesByLabels[old.labels[index]] = newIndices[index]
            labels.append(old.labels[index])
            references.append(old.references[index])
            trackedRounds.append(old.trackedRounds[index])
        }
        extend(to: texts.count)
        for (text, number) in renumbered.enumerated() where number >= 0 {
            let index = old.indices[text]
            indices[Int(number)] = index >= 0 ? newIndices[Int(index)] : index
            textRounds[Int(number)] = old.textRounds[text]
        }
    }
}
