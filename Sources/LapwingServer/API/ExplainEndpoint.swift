import Lapwing
import LapwingHTTP
import LapwingPromQL
import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingText

/// `explain`: why an alert fires or fired, or why it does not.
struct ExplainEndpoint: Sendable {
    let scheduler: RuleScheduler
    let source: any SeriesSource
    /// When the first sample is that is stored: what was before it nobody knows.
    let firstSample: @Sendable () -> Timestamp?
    /// Holds for a group without its own.
    let interval: Duration
    let externalLabels: @Sendable () -> Labels
    let externalURL: String
    /// How long one request may take.
    let timeout: Duration

    /// How far to both sides of the time its history is told where the request does not say.
    static let around = Duration.seconds(3600)
    /// Instants through which a rule is replayed for one request.
    static let maximumInstants: Int64 = 11_000
    /// Elements of a part of the expression that are shown.
    static let maximumElements = 1000

    func explain(_ request: HTTPRequest, now: Timestamp) throws(APIError) -> HTTPResponse {
        let parameters = try RequestParameters(request, now: now)
        guard let name = parameters.text("rule") else { throw .invalidParameter("rule", "the name of an alerting rule is needed") }
        let groups = scheduler.statuses.map(\.group)
        try find(name, in: groups)
        let time = try parameters.time("time") ?? now
        let settings = try settings(parameters, of: groups, around: time, now: now)
        let (cancellation, deadline) = (request.cancellation, ContinuousClock.now + timeout)
        let explainer = Explainer(
            groups, over: source.snapshot(), settings, followsSchedule: true,
            isCancelled: { cancellation.isCancelled || ContinuousClock.now > deadline })
        let explanations = explainer.explanations(of: name, at: time, labels: try labels(parameters))
        if ContinuousClock.now > deadline {
            throw APIError(.timeout, "explaining took longer than \(timeout); a later start makes it shorter")
        }
        return APIAnswer.success { json in
            json.array { json in for one in explanations { json.explanation(one, elementsOfPart: Self.maximumElements) } }
        }
    }

    private func find(_ name: String, in groups: [RuleGroup]) throws(APIError) {
        let names = groups.flatMap(\.rules).filter { if case .alerting = $0 { true } else { false } }.map(\.name)
        if names.contains(name) { return }
        let help = Spelling.nearest(to: name, in: names).map { "; did you mean \($0)?" } ?? ""
        throw APIError(.notFound, "no alerting rule is called \(name)\(help)")
    }

    private func settings(
        _ parameters: RequestParameters, of groups: [RuleGroup], around time: Timestamp, now: Timestamp
    ) throws(APIError) -> ReplaySettings {
        let asked = try parameters.time("start") ?? time - Self.around
        guard asked <= time else { throw .invalidParameter("time", "it has to lie between start and end") }
        let start = min(time, max(asked, firstSample() ?? asked))
        let end = try parameters.time("end") ?? max(time, min(now, time + Self.around))
        guard time <= end else { throw .invalidParameter("time", "it has to lie between start and end") }
        let shortest = groups.map { $0.interval ?? interval }.min() ?? interval
        guard end.duration(since: start).milliseconds / max(1, shortest.milliseconds) <= Self.maximumInstants else {
            throw APIError(
                .badData, "exceeded maximum of 11,000 instants through which a rule is replayed. Try a later start or an earlier end")
        }
        var settings = ReplaySettings(start: start, end: end, interval: interval)
        (settings.externalLabels, settings.externalURL) = (externalLabels(), externalURL)
        return settings
    }

    /// `labels`: a selector without a name, as `{instance="a"}`, whose values the alert has.
    private func labels(_ parameters: RequestParameters) throws(APIError) -> Labels {
        guard let text = parameters.text("labels") else { return .empty }
        do throws(PromQLSyntaxError) {
            let matchers = try Parser.parseSelector(text).filter { $0.name != LabelName.metric && $0.operation == .equal }
            return Labels(matchers.map { Label(name: $0.name, value: $0.value) })
        } catch {
            throw .invalidParameter("labels", error.description)
        }
    }
}
