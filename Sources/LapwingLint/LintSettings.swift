public import LapwingSeries

/// What a lint is to go by.
public struct LintSettings: Sendable {
    /// Names of the checks that run.
    public var checks: Set<String> = Lint.names(needing: [.nothing])
    public var scrapeInterval: Duration = .seconds(15)
    /// Of groups without their own.
    public var evaluationInterval: Duration = .seconds(15)
    /// Whether that is known, rather than taken for granted.
    public var knowsEvaluationInterval = false
    /// Whether one server loads all files; else some may stand in for others.
    public var areLoadedTogether = false
    public var policy: LintPolicy?
    public var data: LintData?
    /// For comments that turn a check off until a time.
    public var now: Timestamp

    public init(now: Timestamp) { self.now = now }
}
