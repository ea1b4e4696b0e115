import LapwingConfiguration
import LapwingExposition
import LapwingSeries
import LapwingStorage
import LapwingText

/// What came back from a target.
enum ScrapeAnswer: Sendable {
    case page(bytes: [UInt8], contentType: String)
    case failure(ScrapeError)
}

/// What a scrape came to.
struct ScrapeOutcome: Sendable, Equatable {
    /// Why it failed; nil when it did not, and `up` is 1.
    var error: ScrapeError?
    /// Sample lines on the page; where that is broken, up to the break.
    var scraped = 0
    /// Those that relabelling left.
    var kept = 0
    /// Series that the last good page did not have.
    var added = 0
    /// Samples that the sink did not take or that are on the page twice, by reason.
    var outOfOrder = 0
    var duplicates = 0
    var outOfBounds = 0
    /// Bytes of the page, decompressed; -1 when it was too large.
    var bodySize = 0
}

/// What is remembered of one target from scrape to scrape: its series, and which of them the last page had.
///
/// Answers and times go in, one batch a scrape goes out: samples, stale markers and report series together, so that a
/// query sees all of a scrape or none of it. Source: Prometheus `scrape/scrape.go` at v3.14, `scrapeLoopAppender`.
struct ScrapeSession: Sendable {
    /// A sample further ahead of the clock than this is not taken.
    static let maximumAhead = Duration.seconds(600)

    let target: ScrapeTarget
    private(set) var metadata = TargetMetadata()
    private let sampleLabels: SampleLabels
    private let report: ScrapeReport
    private var format: ExpositionFormat?
    private var texts = SeriesTexts()
    private var page = ExpositionPage()
    private let exemplars: ExemplarStore
    var series = ScrapedSeries()

    init(_ target: ScrapeTarget, exemplars: ExemplarStore = ExemplarStore(capacity: 1)) {
        self.target = target
        self.exemplars = exemplars
        sampleLabels = SampleLabels(target)
        report = ScrapeReport(target)
    }

    /// Takes the answer of a scrape: appends its samples, the markers of series that are gone, and the report.
    ///
    /// - Parameter elapsed: how long the scrape took.
    mutating func take(
        _ answer: ScrapeAnswer, at time: Timestamp, elapsed: Duration, into sink: some SampleSink
    ) -> ScrapeOutcome {
        series.beginRound()
        var outcome = ScrapeOutcome()
        var batch = SampleBatch()
        var found: [SeriesExemplar] = []
        do throws(ScrapeError) {
            switch answer {
            case .failure(let error):
                if error == .bodySizeLimitExceeded { outcome.bodySize = -1 }
                throw error
            case .page(let bytes, let contentType):
                outcome.bodySize = bytes.count
                if !bytes.isEmpty { found = try read(bytes, contentType, at: time, into: &batch, &outcome, sink) }
            }
        } catch {
            outcome.error = error
            batch = SampleBatch()
            series.forgetRound()
        }
        do {
            outcome = try finish(batch, outcome, at: time, elapsed: elapsed, sink)
            exemplars.add(found)
            return outcome
        } catch {
            outcome.error = outcome.error ?? ScrapeError("the store refused the scrape: \(error)")
            return outcome
        }
    }

    /// Marks all series as ended: the target is scraped no longer.
    mutating func end(at time: Timestamp, into sink: some SampleSink) throws(AppendError) {
        series.beginRound()
        var batch = SampleBatch()
        series.appendStaleMarkers(at: time, to: &batch)
        try report.appendStaleMarkers(at: time, to: &batch, sink)
        try sink.append(batch)
    }

    private mutating func read(
        _ bytes: [UInt8], _ contentType: String, at time: Timestamp, into batch: inout SampleBatch,
        _ outcome: inout ScrapeOutcome, _ sink: some SampleSink
    ) throws(ScrapeError) -> [SeriesExemplar] {
        var bytes = bytes
        let protobuf = try transcribe(&bytes, contentType)
        try readPage(bytes, protobuf == nil ? contentType : ExpositionFormat.openMetrics.contentType, &outcome)
        if let protobuf { page.complete(from: protobuf) }
        try resolve(bytes, &outcome, sink)
        let limit = target.configuration.sampleLimit
        outcome.kept = series.keptLines(of: page)
        if limit > 0, outcome.kept > limit { throw ScrapeError("sample limit exceeded") }
        try askForReferences(sink)
        batch.reserveCapacity(page.count + ScrapeReport.names.count)
        series.append(page, at: time, target.configuration, to: &batch, &outcome)
        metadata.update(from: page, bytes.span)
        defer { series.endGoodRound(&texts) }
        let exemplars = protobuf?.exemplars ?? []
        return exemplars.isEmpty && page.exemplars.isEmpty ? [] : try readExemplars(bytes, exemplars, at: time)
    }

    /// The exemplars of a page, by time and value, as upstream takes them.
    private func readExemplars(
        _ bytes: [UInt8], _ decoded: [ProtobufPage.LineExemplar], at time: Timestamp
    ) throws(ScrapeError) -> [SeriesExemplar] {
        var found: [SeriesExemplar] = []
        func keep(_ exemplar: Exemplar, _ line: Int) {
            if let labels = series.labels(ofText: page.series[line]) { found.append(SeriesExemplar(series: labels, exemplar: exemplar)) }
        }
        func sampleTime(_ line: Int) -> Int64 {
            let hasOwnTime = target.configuration.honorsTimestamps && page.times[line] != ExpositionPage.noTime
            return hasOwnTime ? page.times[line] : time.milliseconds
        }
        for one in decoded {
            var exemplar = one.exemplar
            if !exemplar.hasOwnTime { exemplar.time = sampleTime(one.line) }
            keep(exemplar, one.line)
        }
        do {
            for text in page.exemplars {
                keep(try page.exemplar(text, in: bytes.span, sampleTime: sampleTime(text.line)), text.line)
            }
        } catch {
            throw ScrapeError("\(error)")
        }
        return found.sorted { $0.exemplar.precedes($1.exemplar) }
    }

    /// Makes text of a page of protobuf.
    ///
    /// - Returns: what of it no text can say; nil when the page is text already.
    private func transcribe(_ bytes: inout [UInt8], _ contentType: String) throws(ScrapeError) -> ProtobufPage? {
        guard ProtobufPage.isMeant(by: contentType) else { return nil }
        do {
            let page = try ProtobufPage(bytes, takesNative: target.takesNativeHistograms)
            bytes = page.text
            return page
        } catch {
            throw ScrapeError("\(error)")
        }
    }

    private mutating func readPage(
        _ bytes: [UInt8], _ contentType: String, _ outcome: inout ScrapeOutcome
    ) throws(ScrapeError) {
        let format: ExpositionFormat
        do {
            format = try ExpositionFormat(contentType: contentType, fallback: target.configuration.fallbackFormat)
        } catch {
            throw ScrapeError("\(error)")
        }
        if format != self.format {
            // The same bytes may mean another series in another format.
            texts = SeriesTexts()
            series.forgetTexts()
            self.format = format
        }
        defer { outcome.scraped = page.count }
        do { try page.read(bytes.span, as: format, known: &texts) } catch { throw ScrapeError("\(error)") }
    }

    /// Finds the series of texts that are new.
    private mutating func resolve(
        _ bytes: [UInt8], _ outcome: inout ScrapeOutcome, _ sink: some SampleSink
    ) throws(ScrapeError) {
        series.extend(to: texts.count)
        for line in 0..<page.count where series.isUnresolved(page.series[line]) {
            do {
                let exposed = try page.labelPairs(ofLine: line, in: bytes.span)
                series.resolve(page.series[line], as: try sampleLabels.labels(for: exposed))
            } catch let error as ScrapeError {
                outcome.scraped = line + 1
                throw error
            } catch {
                outcome.scraped = line + 1
                throw ScrapeError("\(error)")
            }
        }
    }

    private mutating func askForReferences(_ sink: some SampleSink) throws(ScrapeError) {
        do { try series.askForReferences(sink) } catch { throw ScrapeError("\(error)") }
    }

    /// Adds the stale markers and the report, and appends all of it.
    private mutating func finish(
        _ batch: SampleBatch, _ outcome: ScrapeOutcome, at time: Timestamp, elapsed: Duration, _ sink: some SampleSink
    ) throws(AppendError) -> ScrapeOutcome {
        var batch = batch
        var outcome = outcome
        let floatCount = batch.series.count
        series.appendStaleMarkers(at: time, to: &batch)
        try report.append(outcome, elapsed: elapsed, at: time, to: &batch, sink)
        let refused = try sink.append(batch)
        try series.renew(refused, of: batch, sink)
        // Stale markers and the report stand between the page's floats and its histograms.
        for sample in refused where sample.index < floatCount || sample.index >= batch.series.count {
            switch sample.reason {
            case .outOfOrder: outcome.outOfOrder += 1
            case .duplicateTimestamp: outcome.duplicates += 1
            case .tooOld, .tooFarInFuture: outcome.outOfBounds += 1
            case .unknownSeries: break
            }
        }
        return outcome
    }
}
