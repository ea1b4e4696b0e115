import Testing

@testable import LapwingExposition

/// Cases after the descriptions in prometheus/otlptranslator and OpenTelemetry's compatibility page.
@Suite struct `OpenTelemetry's names` {
    @Test(arguments: [
        ("http.server.duration", "s", OpenTelemetryNaming.Kind.other, "http_server_duration_seconds"),
        ("requests.count", "1", .counter, "requests_count_total"), ("memory.usage", "By", .gauge, "memory_usage_bytes"),
        ("cpu.load", "1", .gauge, "cpu_load_ratio"), ("total.requests", "", .counter, "requests_total"),
        ("speed", "m/s", .gauge, "speed_meters_per_second"), ("packets", "{packet}/s", .gauge, "packets_per_second"),
        ("hits", "{hit}", .counter, "hits_total"), ("bytes.sent", "By", .counter, "bytes_sent_total"), ("2xx", "", .gauge, "_2xx"),
        ("a__b..c", "", .gauge, "a_b_c"), ("load", "%", .gauge, "load_percent"), ("x", "a.b", .gauge, "x_a_b"), ("été", "", .gauge, "t"),
        ("t", "ms", .other, "t_milliseconds"), ("rpm", "{turn}/min", .gauge, "rpm_per_min"), ("x:y", "", .gauge, "x:y"),
    ])
    func `of metrics are escaped and get suffixes`(name: String, unit: String, kind: OpenTelemetryNaming.Kind, expected: String) {
        #expect(OpenTelemetryNaming.metric(name, unit: unit, kind) == expected)
    }

    @Test func `of which nothing is left are none`() {
        #expect(OpenTelemetryNaming.metric("...", unit: "", .gauge) == nil)
        #expect(OpenTelemetryNaming.label("..") == nil && OpenTelemetryNaming.label("") == nil)
    }

    @Test(arguments: [
        ("http.method", "http_method"), ("a__b", "a__b"), ("1st", "key_1st"), ("_x", "key_x"), ("__x", "__x"), ("a:b", "a_b"), ("é", "key_"),
        ("aé", "a_"),
    ])
    func `of attributes are escaped`(name: String, expected: String) { #expect(OpenTelemetryNaming.label(name) == expected) }
}
