/// The fields of OpenTelemetry's messages by their names in JSON, as far as they are read.
///
/// Source: opentelemetry-proto `metrics/v1/metrics.proto`, `common/v1/common.proto`; "OTLP Specification", JSON Protobuf Encoding.
enum OpenTelemetryFields {
    enum Message: Hashable {
        case request, resourceMetrics, resource, scopeMetrics, metric, gauge, sum, histogram, exponential, summary
        case numberPoint, histogramPoint, exponentialPoint, summaryPoint, buckets, quantile, exemplar, attribute, value, array, map
    }

    indirect enum Shape {
        case text, bool, double, fixed64, varint, zigzag, bytes, hexadecimal, temporality
        case message(Message)
    }

    static func field(_ name: String, of message: Message) -> (number: UInt64, shape: Shape)? { all[message]?[name] }

    private static let point: [String: (number: UInt64, shape: Shape)] = [
        "startTimeUnixNano": (2, .fixed64), "timeUnixNano": (3, .fixed64),
    ]

    private static func points(_ kind: Message) -> [String: (number: UInt64, shape: Shape)] {
        ["dataPoints": (1, .message(kind)), "aggregationTemporality": (2, .temporality), "isMonotonic": (3, .bool)]
    }

    private static let all: [Message: [String: (number: UInt64, shape: Shape)]] = [
        .request: ["resourceMetrics": (1, .message(.resourceMetrics))],
        .resourceMetrics: ["resource": (1, .message(.resource)), "scopeMetrics": (2, .message(.scopeMetrics))],
        .resource: ["attributes": (1, .message(.attribute))],
        .scopeMetrics: ["metrics": (2, .message(.metric))],
        .metric: [
            "name": (1, .text), "description": (2, .text), "unit": (3, .text), "gauge": (5, .message(.gauge)), "sum": (7, .message(.sum)),
            "histogram": (9, .message(.histogram)), "exponentialHistogram": (10, .message(.exponential)), "summary": (11, .message(.summary)),
        ],
        .gauge: points(.numberPoint), .sum: points(.numberPoint), .histogram: points(.histogramPoint),
        .exponential: points(.exponentialPoint), .summary: points(.summaryPoint),
        .numberPoint: point.merging([
            "asDouble": (4, .double), "exemplars": (5, .message(.exemplar)), "asInt": (6, .fixed64), "attributes": (7, .message(.attribute)),
            "flags": (8, .varint),
        ]) { $1 },
        .histogramPoint: point.merging([
            "count": (4, .fixed64), "sum": (5, .double), "bucketCounts": (6, .fixed64), "explicitBounds": (7, .double),
            "exemplars": (8, .message(.exemplar)), "attributes": (9, .message(.attribute)), "flags": (10, .varint),
        ]) { $1 },
        .exponentialPoint: point.merging([
            "attributes": (1, .message(.attribute)), "count": (4, .fixed64), "sum": (5, .double), "scale": (6, .zigzag),
            "zeroCount": (7, .fixed64), "positive": (8, .message(.buckets)), "negative": (9, .message(.buckets)), "flags": (10, .varint),
            "exemplars": (11, .message(.exemplar)),
        ]) { $1 },
        .summaryPoint: point.merging([
            "count": (4, .fixed64), "sum": (5, .double), "quantileValues": (6, .message(.quantile)), "attributes": (7, .message(.attribute)),
            "flags": (8, .varint),
        ]) { $1 },
        .buckets: ["offset": (1, .zigzag), "bucketCounts": (2, .varint)],
        .exemplar: [
            "timeUnixNano": (2, .fixed64), "asDouble": (3, .double), "spanId": (4, .hexadecimal), "traceId": (5, .hexadecimal),
            "asInt": (6, .fixed64), "filteredAttributes": (7, .message(.attribute)),
        ],
        .quantile: ["quantile": (1, .double), "value": (2, .double)],
        .attribute: ["key": (1, .text), "value": (2, .message(.value))],
        .value: [
            "stringValue": (1, .text), "boolValue": (2, .bool), "intValue": (3, .varint), "doubleValue": (4, .double),
            "arrayValue": (5, .message(.array)), "kvlistValue": (6, .message(.map)), "bytesValue": (7, .bytes),
        ],
        .array: ["values": (1, .message(.value))],
        .map: ["values": (1, .message(.attribute))],
    ]
}
