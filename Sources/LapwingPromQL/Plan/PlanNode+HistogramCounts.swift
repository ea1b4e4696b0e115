extension PlanNode {
    /// The plan with the selectors marked of whose histograms only count and sum are asked.
    ///
    /// Those stand in `histogram_count`, `histogram_sum` or `histogram_avg`, and in nothing that needs buckets. Not a mere
    /// saving: such histograms are read with their resets settled, which remarks speak of.
    /// Source: Prometheus 3.14 `promql/engine.go`, `detectHistogramStatsDecoding`.
    func markingHistogramCounts() -> PlanNode { marked(asksForCounts: false) }

    private func marked(asksForCounts: Bool) -> PlanNode {
        switch self {
        case .number, .string: return self
        case .selector(var plan):
            plan.readsHistogramCounts = asksForCounts
            return .selector(plan)
        case .window(var plan):
            // Counters of a subquery need buckets to tell their resets.
            guard case .selector(var selector) = plan.source else { return self }
            selector.readsHistogramCounts = asksForCounts
            plan.source = .selector(selector)
            return .window(plan)
        case .call(var plan):
            switch plan.function.name {
            case "histogram_quantile", "histogram_quantiles", "histogram_fraction": return self
            case "histogram_count", "histogram_sum", "histogram_avg":
                plan.arguments = plan.arguments.map { $0.marked(asksForCounts: true) }
            default: plan.arguments = plan.arguments.map { $0.marked(asksForCounts: asksForCounts) }
            }
            return .call(plan)
        case .aggregation(var plan):
            plan.input = plan.input.marked(asksForCounts: asksForCounts)
            plan.parameter = plan.parameter?.marked(asksForCounts: asksForCounts)
            return .aggregation(plan)
        case .binary(var plan):
            if plan.operation == .trimUpper || plan.operation == .trimLower { return self }
            plan.left = plan.left.marked(asksForCounts: asksForCounts)
            plan.right = plan.right.marked(asksForCounts: asksForCounts)
            return .binary(plan)
        case .negated(let inner): return .negated(inner.marked(asksForCounts: asksForCounts))
        case .stepInvariant(let inner): return .stepInvariant(inner.marked(asksForCounts: asksForCounts))
        }
    }
}
