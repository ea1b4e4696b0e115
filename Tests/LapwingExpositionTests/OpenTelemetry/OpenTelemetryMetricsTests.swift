import LapwingSeries
import Testing

@testable import LapwingExposition

@Suite struct `OpenTelemetry's metrics` {
    private static func request(_ metrics: String, resource: String = #"{"key":"service.name","value":{"stringValue":"shop"}}"#) -> [UInt8] {
        Array(#"{"resourceMetrics":[{"resource":{"attributes":[\#(resource)]},"scopeMetrics":[{"metrics":[\#(metrics)]}]}]}"#.utf8)
    }

    private func told(_ metrics: OpenTelemetryMetrics) -> [String] {
        zip(zip(metrics.series, metrics.values), zip(metrics.times, metrics.startTimes)).map { row, times in
            "\(metrics.labels[row.0]) \(row.1.isStaleMarker ? "stale" : "\(row.1)") @\(times.0) since \(times.1)"
        }
    }

    private static let point = #""timeUnixNano":"1600000000500000000","startTimeUnixNano":"1600000000000000000""#

    @Test func `sums and gauges become samples with their start times`() throws {
        let metrics = try OpenTelemetryMetrics(
            json: Self.request(
                #"""
                {"name":"http.requests","unit":"1","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[
                  {\#(Self.point),"asInt":"7","attributes":[
                    {"key":"http.method","value":{"stringValue":"GET"}},{"key":"http_method","value":{"intValue":"5"}},
                    {"key":"__name__","value":{"stringValue":"no"}}]}]}},
                {"name":"temperature","unit":"Cel","gauge":{"dataPoints":[
                  {"timeUnixNano":1600000000500000000,"asDouble":-1.5},{"timeUnixNano":"1600000001500000000","flags":1}]}}
                """#))
        #expect(
            told(metrics) == [
                #"{__name__="http_requests_total", http_method="GET;5", job="shop"} 7.0 @1600000000500 since 1600000000000"#,
                #"{__name__="temperature_celsius", job="shop"} -1.5 @1600000000500 since 0"#,
                #"{__name__="temperature_celsius", job="shop"} stale @1600000001500 since 0"#,
            ])
        #expect(metrics.refusals.isEmpty)
    }

    @Test func `histograms and summaries become classic series`() throws {
        let metrics = try OpenTelemetryMetrics(
            json: Self.request(
                #"""
                {"name":"d","unit":"s","histogram":{"aggregationTemporality":"AGGREGATION_TEMPORALITY_CUMULATIVE","dataPoints":[
                  {\#(Self.point),"count":"6","sum":2.5,"bucketCounts":["1","2","3"],"explicitBounds":[0.1,10]}]}},
                {"name":"q","summary":{"dataPoints":[
                  {\#(Self.point),"count":"4","sum":8,"quantileValues":[{"quantile":0.5,"value":2}]}]}}
                """#, resource: ""))
        #expect(
            told(metrics).map { String($0.split(separator: "@")[0]) } == [
                #"{__name__="d_seconds_sum"} 2.5 "#, #"{__name__="d_seconds_count"} 6.0 "#, #"{__name__="d_seconds_bucket", le="0.1"} 1.0 "#,
                #"{__name__="d_seconds_bucket", le="10"} 3.0 "#, #"{__name__="d_seconds_bucket", le="+Inf"} 6.0 "#, #"{__name__="q_sum"} 8.0 "#,
                #"{__name__="q_count"} 4.0 "#, #"{__name__="q", quantile="0.5"} 2.0 "#,
            ])
    }

    @Test func `exemplars stand for the series, and the bucket, that they were seen in`() throws {
        func exemplar(_ value: String, _ rest: String = "") -> String { #"{"timeUnixNano":"1600000000250000000","asDouble":\#(value)\#(rest)}"# }
        let identities = #","traceId":"0a0B00000000000000000000000000ff","spanId":"0000000000000000""#
        let attribute = #","filteredAttributes":[{"key":"user.id","value":{"intValue":"7"}}]"#
        let long = #","filteredAttributes":[{"key":"k","value":{"stringValue":"\#(String(repeating: "x", count: 128))"}}]"#
        let metrics = try OpenTelemetryMetrics(
            json: Self.request(
                #"""
                {"name":"d","unit":"s","histogram":{"aggregationTemporality":2,"dataPoints":[{\#(Self.point),"count":"3","sum":2.5,
                  "bucketCounts":["1","1","1"],"explicitBounds":[1,2],
                  "exemplars":[\#(exemplar("0.5", identities + attribute)),\#(exemplar("1")),\#(exemplar("3", long))]}]}},
                {"name":"c","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[{\#(Self.point),"asInt":"1",
                  "exemplars":[{"asInt":"5"},{"timeUnixNano":"1"}]}]}},
                {"name":"g","gauge":{"dataPoints":[{\#(Self.point),"asInt":"1","exemplars":[\#(exemplar("1"))]}]}}
                """#, resource: ""))
        let told = zip(metrics.exemplarSeries, metrics.exemplars).map { "\(metrics.labels[$0.0]) \($0.1.labels) \($0.1.value)@\($0.1.time)" }
        #expect(
            told == [
                #"{__name__="d_seconds_bucket", le="1"} {trace_id="0a0b00000000000000000000000000ff", "user.id"="7"} 0.5@1600000000250"#,
                #"{__name__="d_seconds_bucket", le="1"} {} 1.0@1600000000250"#,
                #"{__name__="d_seconds_bucket", le="+Inf"} {} 3.0@1600000000250"#, #"{__name__="c_total"} {} 5.0@0"#,
            ])
        #expect(metrics.refusals.map(\.message) == ["unsupported exemplar value type: Empty"])
    }

    @Test func `what is said of metrics is kept under Prometheus' names and units`() throws {
        let metrics = try OpenTelemetryMetrics(
            json: Self.request(
                #"""
                {"name":"http.size","description":"Bytes sent.","unit":"By/s","sum":{"aggregationTemporality":2,"isMonotonic":true,
                  "dataPoints":[{\#(Self.point),"asInt":"1"}]}},
                {"name":"queue","sum":{"aggregationTemporality":2,"dataPoints":[{\#(Self.point),"asInt":"1"}]}},
                {"name":"empty","gauge":{"dataPoints":[]}}
                """#, resource: #"{"key":"service.name","value":{"stringValue":"s"}},{"key":"host","value":{"stringValue":"h"}}"#))
        #expect(
            metrics.metadata == [
                MetricMetadata(name: "http_size_bytes_per_second_total", kind: .counter, unit: "bytes_per_second", help: "Bytes sent."),
                MetricMetadata(name: "queue", kind: .gauge), MetricMetadata(name: "target_info", kind: .gauge, help: "Target metadata"),
            ])
    }

    @Test func `exponential histograms become native ones, of lower resolution where they have to`() throws {
        func histogram(_ scale: Int, _ counts: String, offset: Int = 0) throws -> NativeHistogram? {
            let total = counts.split(separator: ",").compactMap { Int($0) }.reduce(2, +)
            return try OpenTelemetryMetrics(
                json: Self.request(
                    #"""
                    {"name":"e","exponentialHistogram":{"aggregationTemporality":2,"dataPoints":[
                      {\#(Self.point),"count":"\#(total)","sum":3,"scale":\#(scale),"zeroCount":"2",
                       "positive":{"offset":\#(offset),"bucketCounts":[\#(counts)]}}]}}
                    """#)
            ).histograms.first
        }
        let plain = try #require(try histogram(3, "1,0,0,2,0,0,0,4", offset: -1))
        #expect(plain.schema == 3 && plain.count == 9 && plain.sum == 3 && plain.zeroCount == 2 && plain.zeroThreshold == 1e-128)
        #expect(plain.positiveSpans == [.init(offset: 0, length: 4), .init(offset: 3, length: 1)])
        #expect(plain.positiveBuckets == [1, 0, 0, 2, 4])
        let merged = try #require(try histogram(10, "1,2,3,4,5", offset: 3))
        #expect(merged.schema == 8 && merged.positiveSpans == [.init(offset: 1, length: 2)] && merged.positiveBuckets == [1, 14])
        #expect(try histogram(-5, "1") == nil)
    }

    @Test func `a resource has a series of its own, as long as its points last`() throws {
        let resource = #"""
            {"key":"service.name","value":{"stringValue":"shop"}},{"key":"service.namespace","value":{"stringValue":"eu"}},
            {"key":"service.instance.id","value":{"stringValue":"i1"}},{"key":"host.name","value":{"stringValue":"h"}},
            {"key":"list","value":{"arrayValue":{"values":[{"intValue":1},{"boolValue":true},{"stringValue":"x"}]}}}
            """#
        let points = #"{"timeUnixNano":"1600000000000000000","asInt":1},{"timeUnixNano":"1600000200000000000","asInt":1}"#
        let metrics = try OpenTelemetryMetrics(
            json: Self.request(#"{"name":"g","gauge":{"dataPoints":[\#(points)]}}"#, resource: resource))
        let info = #"{__name__="target_info", host_name="h", instance="i1", job="eu/shop", list="[1,true,\"x\"]"}"#
        #expect(
            told(metrics).suffix(3) == [
                "\(info) 1.0 @1600000000000 since 0", "\(info) 1.0 @1600000150000 since 0", "\(info) 1.0 @1600000200000 since 0",
            ])
    }

    @Test func `what counts from export to export is refused, and the rest is taken`() throws {
        let metrics = try OpenTelemetryMetrics(
            json: Self.request(
                #"""
                {"name":"d","sum":{"aggregationTemporality":1,"dataPoints":[{\#(Self.point),"asInt":1},{\#(Self.point),"asInt":2}]}},
                {"name":"..","gauge":{"dataPoints":[{\#(Self.point),"asInt":1}]}},{"name":"x"},
                {"name":"g","gauge":{"dataPoints":[{\#(Self.point),"asInt":1}]}}
                """#))
        #expect(metrics.labels == [Labels(metric: "g", ["job": "shop"])])
        #expect(
            metrics.refusals == [
                .init(message: "invalid temporality and type combination for metric \"d\"", samples: 2),
                .init(message: "normalization for metric \"..\" resulted in empty name", samples: 1),
                .init(message: "unsupported metric type of metric \"x\"", samples: 0),
            ])
    }

    /// A gauge `g` of 1.5 at 2 s with the attribute `a="b"`, byte by byte from the messages' field numbers.
    @Test func `come as protobuf too`() throws {
        let point: [UInt8] =
            [0x19] + (0..<8).map { UInt8(truncatingIfNeeded: UInt64(2_000_000_000) >> (8 * UInt64($0))) } + [0x21, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F]
            + [0x3A, 8, 0x0A, 1, 0x61, 0x12, 3, 0x0A, 1, 0x62]
        let gauge: [UInt8] = [0x0A, UInt8(point.count)] + point
        let metric: [UInt8] = [0x0A, 1, 0x67, 0x2A, UInt8(gauge.count)] + gauge
        let scope: [UInt8] = [0x12, UInt8(metric.count)] + metric
        let resource: [UInt8] = [0x12, UInt8(scope.count)] + scope
        let metrics = try OpenTelemetryMetrics(protobuf: [0x0A, UInt8(resource.count)] + resource)
        #expect(told(metrics) == [#"{__name__="g", a="b"} 1.5 @2000 since 0"#])
        #expect(throws: MessageError.self) { try OpenTelemetryMetrics(protobuf: [0x0A, 5, 1]) }
    }

    @Test(arguments: ["", "{", "[]", "{\"resourceMetrics\":[{]}", "{} x", "{\"a\":\"\\q\"}", String(repeating: "{\"a\":", count: 1000), "{\"a\":[1,2"])
    func `as damaged JSON are refused with the place`(text: String) {
        #expect(throws: MessageError.self) { try OpenTelemetryMetrics(json: Array(text.utf8)) }
    }
}
