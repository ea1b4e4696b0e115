import LapwingSeries
import Testing

struct MetricFamilyTests {
    @Test(arguments: MetricMetadata.Kind.allCases)
    func `a series whose name has a suffix of its type may belong to the family without it`(kind: MetricMetadata.Kind) {
        for suffix in kind.suffixes where !suffix.isEmpty {
            #expect(MetricMetadata.possibleFamilies(ofSeries: "latency" + suffix).contains("latency"), "\(kind) \(suffix)")
        }
    }

    @Test func `a name without a suffix belongs to no other family`() {
        #expect(MetricMetadata.possibleFamilies(ofSeries: "up") == [])
        #expect(MetricMetadata.possibleFamilies(ofSeries: "totally") == [])
    }

    @Test func `a histogram's series are declared under the family's name, a counter's under their own`() {
        #expect(MetricMetadata.family(ofSeries: "latency_bucket", .histogram) == "latency")
        #expect(MetricMetadata.family(ofSeries: "requests_total", .counter) == "requests_total")
        #expect(MetricMetadata.family(ofSeries: "_count", .summary) == "_count", "what remains must be a name")
    }
}
