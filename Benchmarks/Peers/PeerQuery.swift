import LapwingHTTP
import LapwingText

/// A question, as it goes to every server.
struct PeerQuery {
    var text: String
    /// Milliseconds; 0 for an instant query.
    var step: Int64 = 0
    /// How far a range query goes back from its end, in milliseconds.
    var range: Int64 = 6 * 3_600_000

    var title: String { step == 0 ? "instant \(text)" : "\(Self.seconds(range)) s by \(Self.seconds(step)) s: \(text)" }

    /// Asks on a connection that is kept.
    func ask(
        _ connection: PeerConnection, end: Int64, keepsBody: Bool = true
    ) throws(PeerConnection.Failure) -> PeerConnection.Reply {
        let query = PercentCoding.encode(text)
        // `nocache` is VictoriaMetrics': without it the range is moved to multiples of the step.
        let path =
            step == 0
            ? "/api/v1/query?query=\(query)&time=\(Self.seconds(end))&nocache=1"
            : "/api/v1/query_range?query=\(query)&start=\(Self.seconds(end - range))&end=\(Self.seconds(end))&step=\(Self.seconds(step))&nocache=1"
        return try connection.exchange("GET", path, keepsBody: keepsBody)
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        GoNumber.text(Double(milliseconds) / 1000, .fixed, precision: milliseconds % 1000 == 0 ? 0 : 3)
    }
}
