import LapwingHTTP
import LapwingPromQL
import LapwingSeries
import LapwingText

/// The parameters of a request, from its query and its form, read as Prometheus reads them.
///
/// Source: Prometheus 3.14 `web/api/v1/api.go`, `parseTimeParam` and what stands around it.
struct RequestParameters {
    private let form: HTTPParameters
    private let fault: HTTPFormError?
    let now: Timestamp

    /// - Throws: when there are more parameters than are read; what cannot be read is passed over, as by Go's `FormValue`.
    init(_ request: HTTPRequest, now: Timestamp) throws(APIError) {
        self.now = now
        (form, fault) = request.readableForm()
        if case .tooManyItems = fault { try requireAllReadable() }
    }

    /// - Throws: the first fault in an escape, for endpoints where Prometheus asks for it.
    func requireAllReadable() throws(APIError) {
        if let fault { throw APIError(.badData, "error parsing form values: \(fault)") }
    }

    /// A parameter that is there and not empty.
    func text(_ name: String) -> String? { form[name].flatMap { $0.isEmpty ? nil : $0 } }

    func texts(_ name: String) -> [String] { form.values(of: name) }

    // MARK: Times

    /// A time that may be absent.
    func time(_ name: String) throws(APIError) -> Timestamp? {
        guard let text = text(name) else { return nil }
        guard let time = Self.time(text) else { throw .invalidParameter(name, "invalid time value for '\(name)': \(Self.notATime(text))") }
        return time
    }

    /// A time that has to be there.
    func requiredTime(_ name: String) throws(APIError) -> Timestamp {
        let text = text(name) ?? ""
        guard let time = Self.time(text) else { throw .invalidParameter(name, Self.notATime(text)) }
        return time
    }

    /// `start` and `end`; all time where they are absent.
    func timeRange() throws(APIError) -> TimeRange {
        let start = try time("start") ?? .distantPast
        let end = try time("end") ?? .distantFuture
        guard start <= end else { throw .invalidParameter("end", "end timestamp must not be before start timestamp") }
        return TimeRange(start: start, end: end)
    }

    /// The same where Prometheus lets the end come first, and answers mostly as if they were exchanged.
    func timeRangeOfSeries() throws(APIError) -> TimeRange {
        let start = try time("start") ?? .distantPast
        let end = try time("end") ?? .distantFuture
        return TimeRange(start: min(start, end), end: max(start, end))
    }

    /// The least and the greatest time that Prometheus knows, which its clients send for "all".
    private static let bounds: [String: Timestamp] = [
        "-292273086-05-16T16:47:06Z": .distantPast, "-9223309901257974": .distantPast,
        "292277025-08-18T07:12:54.999999999Z": .distantFuture, "9223309901257974": .distantFuture, "9223309901257975": .distantFuture,
    ]

    private static func time(_ text: String) -> Timestamp? {
        bounds[text] ?? TimeText.milliseconds(secondsOrRFC3339: text).map { Timestamp(milliseconds: $0) }
    }

    private static func notATime(_ text: String) -> String { "cannot parse \(GoQuote.quote(text)) to a valid timestamp" }

    /// Seconds with a fraction, or Prometheus' notation.
    func duration(_ name: String) throws(APIError) -> Duration? {
        guard let text = text(name) else { return nil }
        do throws(DurationFault) {
            return try Self.duration(text)
        } catch {
            throw .invalidParameter(name, error.text)
        }
    }

    /// `lookback_delta`, whose faults have words of their own; nil for the engine's own, which nought asks for as well.
    func lookbackDelta() throws(APIError) -> Duration? {
        guard let text = text("lookback_delta") else { return nil }
        do throws(DurationFault) {
            let duration = try Self.duration(text)
            return duration > .zero ? duration : nil
        } catch {
            throw APIError(.badData, "error parsing lookback delta duration: \(error.text)")
        }
    }

    private struct DurationFault: Error {
        var text: String
    }

    private static func duration(_ text: String) throws(DurationFault) -> Duration {
        let fault = "cannot parse \(GoQuote.quote(text)) to a valid duration"
        if let seconds = GoNumber.parse(text) {
            guard seconds.isFinite, seconds.magnitude < 9_223_372_036 else { throw DurationFault(text: fault + ". It overflows int64") }
            return .milliseconds(Int64(seconds * 1000))
        }
        guard let milliseconds = try? PrometheusDuration.milliseconds(text) else { throw DurationFault(text: fault) }
        return .milliseconds(milliseconds)
    }

    // MARK: Limits

    /// A limit from 0, which means none.
    func limit(_ name: String = "limit") throws(APIError) -> Int {
        guard let text = text(name) else { return 0 }
        guard let limit = Int(text) else { throw .invalidParameter(name, GoInteger.fault(in: text, function: "Atoi")) }
        guard limit >= 0 else { throw .invalidParameter(name, "limit must be non-negative") }
        return limit
    }

    // MARK: Selectors

    /// `match[]`: a group of matchers each, of which one at least does not let everything pass.
    func matchers() throws(APIError) -> [[Matcher]] {
        var groups: [[Matcher]] = []
        for text in texts("match[]") { groups.append(try Self.matchers(in: text)) }
        guard groups.allSatisfy({ $0.contains { !$0.matches("") } }) else {
            throw APIError(.badData, "match[] must contain at least one non-empty matcher")
        }
        return groups
    }

    static func matchers(in text: String) throws(APIError) -> [Matcher] {
        do throws(PromQLSyntaxError) {
            return try Parser.parseSelector(text, mayTakeAll: true)
        } catch {
            throw APIError(.badData, error.description)
        }
    }
}

/// What Go says of a text that is no integer.
enum GoInteger {
    static func fault(in text: String, function: String) -> String {
        let digits = text.utf8.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
        let isNumber = !digits.isEmpty && digits.count >= text.utf8.count - 1 && digits.allSatisfy { (0x30...0x39).contains($0) }
        return "strconv.\(function): parsing \(GoQuote.quote(text)): \(isNumber ? "value out of range" : "invalid syntax")"
    }
}
