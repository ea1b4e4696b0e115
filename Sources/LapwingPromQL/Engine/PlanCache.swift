import Synchronization

/// The plans of queries that mean the same at every instant, by their text: rules are asked again and again, and settling one costs
/// as much as a short one's arithmetic.
final class PlanCache: Sendable {
    /// Past it all are forgotten.
    static let maximumPlans = 4096
    /// Bytes of a query's text.
    static let maximumText = 4096

    private let plans = Mutex<[String: PlanNode]>([:])

    /// - Returns: what `make` gives, or gave for the same query before.
    func plan(of query: PreparedQuery, _ make: () throws(QueryError) -> PlanNode) throws(QueryError) -> PlanNode {
        guard query.isTimeless, query.text.utf8.count <= Self.maximumText else { return try make() }
        if let known = plans.withLock({ $0[query.text] }) { return known }
        let plan = try make()
        plans.withLock { plans in
            if plans.count >= Self.maximumPlans { plans = [:] }
            plans[query.text] = plan
        }
        return plan
    }
}
