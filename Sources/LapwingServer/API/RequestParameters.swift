import LapwingHTTP
import LapwingPromQL
import LapwingSeries
import LapwingText

/// The parameters of a request, from its query and its form, read as Prometheus reads them.
struct RequestParameters {
    private let form: HTTPParameters
    let now: Timestamp

    init(_ request: HTTPRequest, now: Timestamp) throws(APIError) {
        self.now = now
        do throws(HTTPFormError) {
            form = try request.form()
        } catch {
            throw APIError(.badData, "error parsing form values: \(error)")
        }
    }

    /// A parameter that is there and not empty.
    func text(_ name: String) -> String? { form[name].flatMap { $0.isEmpty ? nil : $0 } }

    func texts(_ name: String) -> [String] { form.values(of: name) }

    func time(_ name: String) throws(APIError) -> Timestamp? {
        guard let text = text(name) else { return nil }
        guard let milliseconds = TimeText.milliseconds(secondsOrRFC3339: text) else {
            throw .invalidParameter(name, "cannot parse \(GoQuote.quote(text)) to a valid timestamp")
        }
        return Timestamp(milliseconds: milliseconds)
    }

    /// Seconds with a fraction, or Prometheus' notation.
    func duration(_ name: String) throws(APIError) -> Duration? {
        guard let text = text(name) else { return nil }
        if let seconds = GoNumber.parse(text) {
            guard seconds.isFinite, seconds.magnitude < 9_223_372_036 else {
                throw .invalidParameter(name, "cannot parse \(GoQuote.quote(text)) to a valid duration. It overflows int64")
            }
            return .milliseconds(Int64(seconds * 1000))
        }
        guard let milliseconds = try? PrometheusDuration.milliseconds(text) else {
            throw .invalidParameter(name, "cannot parse \(GoQuote.quote(text)) to a valid duration")
        }
        return .milliseconds(milliseconds)
    }

    /// A limit from 0, which means none.
    func limit(_ name: String = "limit") throws(APIError) -> Int {
        guard let text = text(name) else { return 0 }
        guard let limit = Int(text) else { throw .invalidParameter(name, "cannot parse \(GoQuote.quote(text)) to a valid limit") }
        guard limit >= 0 else { throw .invalidParameter(name, "limit must be non-negative") }
        return limit
    }

    /// `match[]`: a group of matchers each.
    func matchers() throws(APIError) -> [[Matcher]] {
        var groups: [[Matcher]] = []
        for text in texts("match[]") {
            do throws(PromQLSyntaxError) {
                groups.append(try Parser.parseSelector(text))
            } catch {
                throw .invalidParameter("match[]", error.description)
            }
        }
        return groups
    }

    /// `start` and `end`; all time where they are absent.
    func timeRange() throws(APIError) -> TimeRange {
        let start = try time("start") ?? .distantPast
        let end = try time("end") ?? .distantFuture
        guard start <= end else { throw .invalidParameter("end", "end timestamp must not be before start timestamp") }
        return TimeRange(start: start, end: end)
    }
}
