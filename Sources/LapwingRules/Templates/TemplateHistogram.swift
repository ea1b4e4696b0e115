import LapwingSeries
import LapwingTemplate

/// A native histogram inside a template: it prints as its text, and its fields may be asked for.
///
/// Source: Prometheus 3.14 `model/histogram/float_histogram.go`, `FloatHistogram`. Of its methods only `String` is here.
struct TemplateHistogram: TemplateObject {
    let histogram: NativeHistogram

    var typeName: String { "*histogram.FloatHistogram" }

    var text: String? { histogram.description }

    var fields: [(name: String, value: TemplateValue)] {
        [
            ("CounterResetHint", .int(Int64(histogram.counterResetHint.rawValue))), ("Schema", .int(Int64(histogram.schema))),
            ("ZeroThreshold", .float(histogram.zeroThreshold)), ("ZeroCount", .float(histogram.zeroCount)),
            ("Count", .float(histogram.count)), ("Sum", .float(histogram.sum)),
            ("PositiveSpans", Self.list(histogram.positiveSpans)), ("NegativeSpans", Self.list(histogram.negativeSpans)),
            ("PositiveBuckets", Self.list(histogram.positiveBuckets)), ("NegativeBuckets", Self.list(histogram.negativeBuckets)),
            ("CustomValues", Self.list(histogram.customValues)),
        ]
    }

    func member(_ name: String) -> TemplateMember? {
        if name == "String" { return .method(TemplateFunction { [histogram] _ in .string(histogram.description) }) }
        return fields.first { $0.name == name }.map { .field($0.value) }
    }

    private static func list(_ spans: [NativeHistogram.BucketSpan]) -> TemplateValue {
        .list(
            spans.map { .object(TemplateRecord("histogram.Span", [("Offset", .int(Int64($0.offset))), ("Length", .int(Int64($0.length)))])) },
            type: "[]histogram.Span")
    }

    private static func list(_ values: [Double]) -> TemplateValue { .list(values.map { .float($0) }, type: "[]float64") }
}
