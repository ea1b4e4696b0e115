/// A version of remote write, by the name of the message that its requests hold.
public enum RemoteWriteVersion: String, Sendable, Hashable, CaseIterable {
    case first = "prometheus.WriteRequest"
    case second = "io.prometheus.write.v2.Request"

    /// The `Content-Type` of a request; the first version's names no message, as from senders that know no other.
    public var contentType: String {
        switch self {
        case .first: "application/x-protobuf"
        case .second: "application/x-protobuf;proto=\(rawValue)"
        }
    }

    /// What `X-Prometheus-Remote-Write-Version` says.
    public var number: String {
        switch self {
        case .first: "0.1.0"
        case .second: "2.0.0"
        }
    }
}
