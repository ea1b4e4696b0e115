public import LapwingSeries
import Synchronization

/// Exemplars of all ways in, in memory: a restart forgets them.
public final class ExemplarStore: Sendable {
    /// Exemplars that are kept, `storage.exemplars.max_exemplars` of Prometheus with its default.
    public static let maximumExemplars = 100_000
    /// How far ahead of the clock one that is written remotely may lie.
    public static let maximumFuture = Duration.seconds(600)

    /// What became of an exemplar.
    public enum Verdict: Sendable, Hashable {
        case taken
        /// It is the newest of its series already.
        case known
        case outOfOrder
        /// Its labels have more characters than `Exemplar.labelCharacterLimit`.
        case tooLong
        case tooFarInFuture
    }

    /// Milliseconds.
    private let outOfOrderWindow: UInt64
    private let clock: (@Sendable () -> Timestamp)?
    private let ring: Mutex<ExemplarRing>

    /// - Parameters:
    ///   - outOfOrderWindow: how much older than the newest of its series one may be.
    ///   - clock: the present; without it nothing is too far in the future.
    public init(
        capacity: Int = maximumExemplars, outOfOrderWindow: Duration = .zero, clock: (@Sendable () -> Timestamp)? = nil
    ) {
        self.outOfOrderWindow = UInt64(max(0, min(outOfOrderWindow / .milliseconds(1), 9e18)))
        self.clock = clock
        ring = Mutex(ExemplarRing(capacity: capacity))
    }

    public var count: Int { ring.withLock { $0.count } }

    public var seriesCount: Int { ring.withLock { $0.seriesCount } }

    /// Takes what came together; as upstream, each is judged by what was there before all of them.
    ///
    /// - Returns: what became of each.
    @discardableResult
    public func add(_ exemplars: [SeriesExemplar]) -> [Verdict] {
        if exemplars.isEmpty { return [] }
        let latest = clock.map { ($0() + Self.maximumFuture).milliseconds } ?? .max
        return ring.withLock { ring in
            let verdicts = exemplars.map { $0.exemplar.time > latest ? .tooFarInFuture : ring.verdict(on: $0, window: outOfOrderWindow) }
            for (exemplar, verdict) in zip(exemplars, verdicts) where verdict == .taken {
                if ring.verdict(on: exemplar, window: outOfOrderWindow) == .taken { ring.add(exemplar) }
            }
            return verdicts
        }
    }

    /// The exemplars of each series that satisfies all matchers of some selector, by series and time.
    public func select(_ selectors: [[Matcher]], over range: TimeRange) -> [(series: Labels, exemplars: [Exemplar])] {
        ring.withLock { $0.select(selectors, over: range) }
    }
}
