import Dispatch
import LapwingSystem
import Synchronization

/// Rows cut into parts that can be worked on at the same time.
///
/// How many parts there are depends on the work alone, never on the machine, so that sums of floats come out the same
/// everywhere.
struct Parts: Sendable {
    /// Work below this, in nanoseconds by estimate, is done faster than a second thread is woken.
    static let worthwhile = 400_000
    static let maximum = 4

    let rowCount: Int
    let count: Int

    /// - Parameter rowCost: nanoseconds that one row takes, by estimate.
    init(rowCount: Int, rowCost: Int, maximum: Int = Self.maximum) {
        self.rowCount = rowCount
        let (work, overflow) = rowCount.multipliedReportingOverflow(by: rowCost)
        let parts = overflow ? maximum : work / Self.worthwhile
        count = max(1, min(maximum, parts, rowCount))
    }

    /// Threads that may still help queries, one fewer than there are processors: they are those on which all that is async goes on,
    /// and who sleeps there would wake late if long queries had all of them.
    private static let freeHelpers = Mutex(max(0, ProcessInfo.processInfo.activeProcessorCount - 1))

    private static func claimHelpers(_ wanted: Int) -> Int {
        freeHelpers.withLock { free in
            let claimed = min(free, wanted)
            free -= claimed
            return claimed
        }
    }

    func rows(of part: Int) -> Range<Int> { (rowCount * part / count)..<(rowCount * (part + 1) / count) }

    /// The results of all parts in their order.
    ///
    /// - Throws: the error of the first part that has one.
    func run<Result: Sendable>(
        _ body: @Sendable (_ part: Int, _ rows: Range<Int>) throws(QueryError) -> Result
    ) throws(QueryError) -> [Result] {
        if count == 1 { return [try body(0, rows(of: 0))] }
        let helpers = Self.claimHelpers(count - 1)
        defer { Self.freeHelpers.withLock { $0 += helpers } }
        let outcomes = Mutex([Swift.Result<Result, QueryError>?](repeating: nil, count: count))
        let begun = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: helpers + 1) { _ in
            while true {
                let part = begun.withLock { begun in
                    begun += 1
                    return begun - 1
                }
                guard part < count else { return }
                let outcome: Swift.Result<Result, QueryError>
                do throws(QueryError) {
                    outcome = .success(try body(part, rows(of: part)))
                } catch {
                    outcome = .failure(error)
                }
                outcomes.withLock { $0[part] = outcome }
            }
        }
        var results: [Result] = []
        for case let outcome? in outcomes.withLock({ $0 }) { results.append(try outcome.get()) }
        return results
    }
}
