public import LapwingHTTP

/// A server with Prometheus' HTTP API, and how it is asked.
public struct DatasourceSettings: Sendable, Hashable {
    /// What stands before `/api/v1/`; Mimir's is `http://…/prometheus`.
    public var url: String
    public var client = HTTPClientSettings()
    /// For one question, over all its tries; nil: `standardTimeout`, or what the asker has for all queries.
    public var timeout: Duration?
    /// Requests under way at once; more wait for them.
    public var maximumConcurrent = 16

    public static let standardTimeout = Duration.seconds(120)
    /// The tries of one question.
    public static let tries = 4
    /// Before the second try; four times as long before each one after it.
    public static let firstPause = Duration.milliseconds(100)
    /// An answer of more bytes is refused.
    public static let maximumAnswerBytes = 1 << 30

    public init(url: String) { self.url = url }

    /// The address without user and password.
    public var shownURL: String { HTTPURL.shown(url) }

    /// The pause before the next try; nil where there is none.
    ///
    /// - Parameters:
    ///   - tries: how many there were.
    ///   - asked: the wait that the server asks for.
    ///   - left: of the question's time.
    static func pause(after tries: Int, _ error: RemoteError, asked: Duration?, left: Duration) -> Duration? {
        guard error.isTransient, tries < Self.tries else { return nil }
        let pause = max(asked ?? .zero, firstPause * (1 << (2 * (tries - 1))))
        return pause < left ? pause : nil
    }
}
