import LapwingHTTP
import LapwingPromQL
import LapwingRemote
import LapwingRules
import LapwingSeries
import LapwingStorage
import LapwingText
import Synchronization

/// What a server with Prometheus' HTTP API holds, as a source: raw samples are asked for when a query selects them, and kept.
///
/// The API does not tell stale markers. So it is also asked, at the distance of evaluations, which series have samples in the time
/// that a selector looks back and are not found by it: those are marked stale there.
final class RemoteRecording: SeriesSnapshot {
    private struct State {
        /// What has been asked for, by selector.
        var covered: [String: TimeRange] = [:]
        /// The first fault; nothing more is asked for after it.
        var fault: RemoteError?
    }

    /// How much is asked for at once; half of it and half again where the server finds it too much.
    private static let window = Duration.seconds(86_400)
    private static let smallestWindow = Duration.seconds(60)
    /// Points of a series that are asked for at once; servers answer at most 11,000.
    private static let points: Int64 = 10_000
    /// How far back a query for all time goes.
    private static let reach = Duration.seconds(86_400)

    private let api: RemoteAPI
    /// The instants of evaluations: this one, and others at a distance.
    private let (anchor, step): (Timestamp, Duration)
    private let store = Store(options: StoreOptions(retention: nil, outOfOrderWindow: .seconds(Int64.max / 4000)))
    private let state = Mutex(State())

    init(api: RemoteAPI, anchor: Timestamp, step: Duration) { (self.api, self.anchor, self.step) = (api, anchor, step) }

    /// Why the server did not answer; nil as long as it does.
    var fault: RemoteError? { state.withLock { $0.fault } }

    func select(_ matchers: [Matcher], over range: TimeRange) throws(ReadError) -> any SeriesSet {
        let end = min(range.end, .now)
        let start = range.start == .distantPast ? end - Self.reach : range.start
        if start <= end { try take(matchers, over: TimeRange(start: start, end: end)) }
        return try store.snapshot().select(matchers, over: range)
    }

    func labels(of matchers: [Matcher], over range: TimeRange) throws(ReadError) -> [Labels] {
        let reply = try ask(.series([Self.selector(matchers)], over: Self.known(range)))
        return try read { () throws(RemoteError) in try reply.series() }.sorted()
    }

    func labelNames(matching groups: [[Matcher]], over range: TimeRange) throws(ReadError) -> [String] {
        let reply = try ask(.labelNames(matching: groups.map(Self.selector), over: Self.known(range)))
        return try read { () throws(RemoteError) in try reply.names() }
    }

    func labelValues(of name: String, matching groups: [[Matcher]], over range: TimeRange) throws(ReadError) -> [String] {
        let reply = try ask(.labelValues(name, matching: groups.map(Self.selector), over: Self.known(range)))
        return try read { () throws(RemoteError) in try reply.names() }
    }

    private static func known(_ range: TimeRange) -> TimeRange? { range.start == .distantPast ? nil : range }

    private static func selector(_ matchers: [Matcher]) -> String { "{\(matchers.map(\.description).joined(separator: ","))}" }

    // MARK: Samples

    /// Asks for what is not there yet.
    private func take(_ matchers: [Matcher], over range: TimeRange) throws(ReadError) {
        let selector = Self.selector(matchers)
        let covered = state.withLock { $0.covered[selector] }
        var missing: [TimeRange] = [range]
        if let covered {
            missing = []
            if range.start < covered.start { missing.append(TimeRange(start: range.start, end: covered.start.advanced(byMilliseconds: -1))) }
            if range.end > covered.end { missing.append(TimeRange(start: covered.end.advanced(byMilliseconds: 1), end: range.end)) }
        }
        for part in missing {
            var first = part.start
            while first <= part.end {
                let last = min(part.end, first + Self.window)
                var times: [Labels: [Int64]] = [:]
                try takeSamples(selector, TimeRange(start: first, end: last), &times)
                try takeStaleness(selector, matchers, TimeRange(start: first, end: last), times)
                first = last.advanced(byMilliseconds: 1)
            }
        }
        let whole = covered.map { TimeRange(start: min($0.start, range.start), end: max($0.end, range.end)) } ?? range
        state.withLock { $0.covered[selector] = whole }
    }

    /// - Parameter times: gets those of each series' samples.
    private func takeSamples(_ selector: String, _ range: TimeRange, _ times: inout [Labels: [Int64]]) throws(ReadError) {
        let milliseconds = range.end.milliseconds - range.start.milliseconds
        // A range begins after its first instant.
        let question = RemoteQuestion.instant("\(selector)[\(milliseconds + 1)ms]", at: range.end)
        switch reply(question) {
        case .success(let reply):
            guard case .matrix(let matrix) = try read({ () throws(RemoteError) in try reply.value() }) else { return }
            for series in matrix {
                times[series.labels, default: []] += series.times
                try keep(series, in: range)
            }
        case .failure(.refused(_, "execution", _)) where milliseconds > Self.smallestWindow.milliseconds:
            let middle = range.start.advanced(byMilliseconds: milliseconds / 2)
            try takeSamples(selector, TimeRange(start: range.start, end: middle), &times)
            try takeSamples(selector, TimeRange(start: middle.advanced(byMilliseconds: 1), end: range.end), &times)
        case .failure(let error): throw failed(error)
        }
    }

    private func keep(_ series: MatrixSeries, in range: TimeRange) throws(ReadError) {
        var batch = SampleBatch()
        do throws(AppendError) {
            let reference = try store.references(for: [series.labels])[0]
            for (time, value) in zip(series.times, series.values) where range.contains(Timestamp(milliseconds: time)) {
                batch.append(reference, time: time, value: value)
            }
            for (time, histogram) in zip(series.histogramTimes, series.histograms) where range.contains(Timestamp(milliseconds: time)) {
                batch.append(reference, time: time, histogram: histogram)
            }
            // What was there from another selector is refused, and is the same.
            try store.append(batch)
        } catch {
            throw ReadError("\(error)")
        }
    }

    /// Marks series stale from where the selector does not find them any more, though it could.
    private func takeStaleness(_ selector: String, _ matchers: [Matcher], _ range: TimeRange, _ times: [Labels: [Int64]]) throws(ReadError) {
        guard let name = matchers.first(where: { $0.name == LabelName.metric && $0.operation == .equal })?.value else { return }
        let query = "count_over_time(\(selector)[5m]) unless \(selector)"
        let schedule = GroupSchedule(interval: step, through: anchor)
        var first = schedule.slot(atOrBefore: range.start.advanced(byMilliseconds: schedule.interval - 1))
        while first <= range.end {
            let last = min(range.end, first.advanced(byMilliseconds: schedule.interval * (Self.points - 1)))
            guard case .success(let reply) = reply(.range(query, from: first, through: last, step: step)) else { return }
            guard case .matrix(let matrix) = try read({ () throws(RemoteError) in try reply.value() }) else { return }
            for series in matrix { try mark(series, name, times, in: range) }
            first = first.advanced(byMilliseconds: schedule.interval * Self.points)
        }
    }

    /// Marks a series stale behind its last sample before each time of being so, and behind the instant at which it was not yet.
    private func mark(_ stale: MatrixSeries, _ name: String, _ times: [Labels: [Int64]], in range: TimeRange) throws(ReadError) {
        let labels = stale.labels.setting(LabelName.metric, name)
        let known = times[labels] ?? []
        let firsts = stale.times.indices.filter { $0 == 0 || stale.times[$0] - stale.times[$0 - 1] > step.milliseconds }
        let marks = firsts.map { index in
            let before = stale.times[index] - step.milliseconds
            return max(range.start.milliseconds, max(before, known.last { $0 <= stale.times[index] } ?? before) + 1)
        }
        try keep(MatrixSeries(labels: labels, times: marks, values: marks.map { _ in StaleMarker.value }), in: range)
    }

    // MARK: Asking

    private func ask(_ question: RemoteQuestion) throws(ReadError) -> RemoteReply {
        switch reply(question) {
        case .success(let reply): return reply
        case .failure(let error): throw failed(error)
        }
    }

    /// The answer, for which the thread waits.
    private func reply(_ question: RemoteQuestion) -> Result<RemoteReply, RemoteError> {
        if let fault = state.withLock({ $0.fault }) { return .failure(fault) }
        let (api, outcome) = (api, BlockingResult<Result<RemoteReply, RemoteError>>())
        Task.detached {
            do throws(RemoteError) { outcome.set(.success(try await api.ask(question))) } catch { outcome.set(.failure(error)) }
        }
        return outcome.wait()
    }

    private func read<Value>(_ body: () throws(RemoteError) -> Value) throws(ReadError) -> Value {
        do throws(RemoteError) { return try body() } catch { throw failed(error) }
    }

    private func failed(_ error: RemoteError) -> ReadError {
        state.withLock { $0.fault = $0.fault ?? error }
        return ReadError(error.description)
    }
}
