import LapwingSeries
import LapwingText

/// What stands behind a name and labels: it says what it has counted when it is read.
protocol Instrument: Sendable {
    /// What a message calls it.
    static var title: String { get }

    var samples: [Instruments.Sample] { get }
}

extension Counter: Instrument {
    static let title = "a counter"

    var samples: [Instruments.Sample] { [.init(labels: labels, value: value)] }
}

extension Gauge: Instrument {
    static let title = "a gauge"

    var samples: [Instruments.Sample] { [.init(labels: labels, value: value)] }
}

extension Histogram: Instrument {
    static let title = "a histogram"

    var samples: [Instruments.Sample] {
        let counts = cumulativeCounts
        let bounds = bounds.map { GoNumber.text($0) } + ["+Inf"]
        let bucket = labels.suffixed("_bucket")
        let sum = sum
        return zip(bounds, counts).map { .init(labels: bucket.setting(LabelName.bucket, $0), value: Double($1)) } + [
            .init(labels: labels.suffixed("_sum"), value: sum),
            .init(labels: labels.suffixed("_count"), value: Double(counts.last ?? 0)),
        ]
    }
}

extension Summary: Instrument {
    static let title = "a summary"

    var samples: [Instruments.Sample] {
        let (values, sum, count) = read()
        return zip(quantiles, values).map { .init(labels: labels.setting(LabelName.quantile, GoNumber.text($0)), value: $1) } + [
            .init(labels: labels.suffixed("_sum"), value: sum),
            .init(labels: labels.suffixed("_count"), value: Double(count)),
        ]
    }
}

/// A value that is computed when it is read.
struct ComputedValue: Instrument {
    static let title = "a computed value"

    let labels: Labels
    let value: @Sendable () -> Double

    var samples: [Instruments.Sample] { [.init(labels: labels, value: value())] }
}

/// Values that are gathered when they are read, with labels that come and go.
struct CollectedValues: Instrument {
    static let title = "a family of collected values"

    let values: @Sendable () -> [Instruments.Sample]

    var samples: [Instruments.Sample] { values().sorted { $0.labels < $1.labels } }
}

extension Labels {
    /// The labels of another series of the same family.
    fileprivate func suffixed(_ suffix: String) -> Labels { setting(LabelName.metric, metricName + suffix) }
}
