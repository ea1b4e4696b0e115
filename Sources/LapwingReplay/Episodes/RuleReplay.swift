public import LapwingRules
public import LapwingSeries

/// What came of one rule.
public struct RuleReplay: Sendable {
    public struct Failure: Sendable, Hashable {
        public var at: Timestamp
        public var message: String
    }

    public var rule: Rule
    public var group: GroupKey
    public var evaluations: Int
    public var failures: Int
    public var firstFailure: Failure?
    /// In the order in which they began.
    public var episodes: [AlertEpisode]
    /// How long at least one alert fired.
    public var firingTime: Duration
    /// How long the alerts fired, added up.
    public var alertTime: Duration
    /// Alerts that fired again within a quarter of an hour of having resolved.
    public var flaps: Int

    /// An alert that comes back within this time has flapped.
    public static let flapTime: Duration = .seconds(15 * 60)

    init(
        rule: Rule, group: GroupKey, evaluations: Int, failures: Int, firstFailure: Failure?, episodes: [AlertEpisode], through end: Timestamp
    ) {
        (self.rule, self.group, self.evaluations, self.failures, self.firstFailure) = (rule, group, evaluations, failures, firstFailure)
        self.episodes = episodes
        let fired = episodes.filter { $0.firedAt != nil }
        alertTime = fired.reduce(.zero) { $0 + $1.firingTime(through: end) }
        firingTime = Self.union(fired.compactMap { episode in episode.firedAt.map { $0..<max($0, episode.endedAt ?? end) } })
        flaps = Dictionary(grouping: fired, by: \.labels).values.reduce(0) { $0 + Self.flaps(of: $1) }
    }

    public var firings: Int { episodes.count { $0.firedAt != nil } }

    private static func flaps(of episodes: [AlertEpisode]) -> Int {
        zip(episodes, episodes.dropFirst()).count { before, after in
            guard let ended = before.endedAt, let fired = after.firedAt else { return false }
            return fired.duration(since: ended) <= flapTime
        }
    }

    /// The time that spans cover together.
    private static func union(_ spans: [Range<Timestamp>]) -> Duration {
        var (total, reached) = (Duration.zero, Timestamp.distantPast)
        for span in spans.sorted(by: { $0.lowerBound < $1.lowerBound }) where span.upperBound > reached {
            total += span.upperBound.duration(since: max(span.lowerBound, reached))
            reached = span.upperBound
        }
        return total
    }
}
