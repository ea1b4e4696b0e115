import LapwingSeries

/// Range functions over windows that are known by their summaries alone.
extension WindowKernel {
    /// Windows shorter than this hold too few samples for summaries to be asked for, in milliseconds.
    static let shortestSummarized: Int64 = 600_000

    /// What a summary has to tell; nil for functions that look at each sample, or at the last two.
    var summaryParts: SummaryParts? {
        switch self {
        case .rate, .increase, .resets: .falls
        case .changes: .changes
        case .average, .sum: .sum
        case .minimum: .minimum
        case .maximum: .maximum
        case .delta, .count, .last, .first, .present, .timeOfFirst, .timeOfLast: []
        case .irate, .idelta, .deriv, .predictLinear, .quantile, .standardDeviation, .standardVariance, .medianAbsoluteDeviation,
            .smoothing, .timeOfMaximum, .timeOfMinimum: nil
        }
    }

    /// Computes every step from the summary of its window.
    ///
    /// - Returns: false where that would not be what the samples give, to the last bit.
    func fill(_ row: inout [Double], _ summaries: [SampleSummary], _ frame: WindowFrame) -> Bool {
        for step in row.indices {
            guard summaries[step].count > 0 else {
                row[step] = StepMatrix.absent
                continue
            }
            guard let value = value(summaries[step], frame, step) else { return false }
            row[step] = value
        }
        return true
    }

    private func value(_ summary: SampleSummary, _ frame: WindowFrame, _ step: Int) -> Double? {
        switch self {
        case .rate: rate(summary, frame, step, .rate)
        case .increase: rate(summary, frame, step, .increase)
        case .delta: rate(summary, frame, step, .delta)
        case .changes: Double(summary.changes)
        case .resets: Double(summary.resets)
        case .sum: summary.hasExactSum ? summary.sum + summary.lost : nil
        case .average: summary.hasExactSum ? (summary.sum + summary.lost) / Double(summary.count) : nil
        case .minimum: summary.minimum
        case .maximum: summary.maximum
        case .count: Double(summary.count)
        case .first: summary.first
        case .last: summary.last
        case .present: 1
        case .timeOfFirst: Double(summary.firstTime) / 1000
        case .timeOfLast: Double(summary.lastTime) / 1000
        case .irate, .idelta, .deriv, .predictLinear, .quantile, .standardDeviation, .standardVariance, .medianAbsoluteDeviation,
            .smoothing, .timeOfMaximum, .timeOfMinimum: nil
        }
    }

    private func rate(_ summary: SampleSummary, _ frame: WindowFrame, _ step: Int, _ kind: RateKind) -> Double? {
        if summary.count < 2 { return StepMatrix.absent }
        if kind.isCounter, !summary.hasExactCorrection { return nil }
        let window = RateWindow(frame, step, from: summary.firstTime, to: summary.lastTime, count: summary.count)
        let change = summary.last - summary.first + (kind.isCounter ? summary.correction : 0)
        return window.extrapolated(change, first: summary.first, kind, frame)
    }
}
