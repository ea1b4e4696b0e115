import Dispatch
import Synchronization

/// Rows cut into parts that can be worked on at the same time.
///
/// How many parts there are depends on the work alone, never on the machine, so that sums of floats come out the same
/// everywhere.
struct Parts: Sendable {
    /// Work below this, in nanoseconds by estimate, is done faster than a second thread is woken.
    static let worthwhile = 60_000
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

    func rows(of part: Int) -> Range<Int> { (rowCount * part / count)..<(rowCount * (part + 1) / count) }

    /// The results of all parts in their order.
    ///
    /// - Throws: the error of the first part that has one.
    func run<Result: Sendable>(
        _ body: @Sendable (_ part: Int, _ rows: Range<Int>) throws(QueryError) -> Result
    ) throws(QueryError) -> [Result] {
        if count == 1 { return [try body(0, rows(of: 0))] }
        let outcomes = Mutex([Swift.Result<Result, QueryError>?](repeating: nil, count: count))
        DispatchQueue.concurrentPerform(iterations: count) { part in
            let outcome: Swift.Result<Result, QueryError>
            do throws(QueryError) {
                outcome = .success(try body(part, rows(of: part)))
            } catch {
                outcome = .failure(error)
            }
            outcomes.withLock { $0[part] = outcome }
        }
        var results: [Result] = []
        for case let outcome? in outcomes.withLock({ $0 }) { results.append(try outcome.get()) }
        return results
    }
}
