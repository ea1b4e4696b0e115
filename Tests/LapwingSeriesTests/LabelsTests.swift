import LapwingSeries
import Testing

@Suite struct `A set of labels` {
    @Test func `is sorted by name whatever the order it was given in`() {
        let labels = Labels([Label(name: "b", value: "2"), Label(name: "a", value: "1")])
        #expect(labels.map(\.name) == ["a", "b"])
        #expect(labels == Labels(metric: "", ["a": "1", "b": "2"]))
        #expect(labels.stableHash == Labels(metric: "", ["a": "1", "b": "2"]).stableHash)
    }

    @Test func `holds no empty value and the last of two with one name`() {
        let labels = Labels([Label(name: "a", value: "1"), Label(name: "a", value: "2"), Label(name: "b", value: "")])
        #expect(Array(labels) == [Label(name: "a", value: "2")])
    }

    @Test func `finds a value by its name`() {
        let labels = Labels(metric: "up", ["job": "node", "long": String(repeating: "x", count: 1000)])
        #expect(labels.metricName == "up")
        #expect(labels["job"] == "node")
        #expect(labels["long"]?.count == 1000)
        #expect(labels["none"] == nil)
        #expect(labels.withValue(of: LabelKey("job")) { $0.count } == 4)
        #expect(labels.withValue(of: LabelKey("none")) { $0.count } == 0)
    }

    @Test func `is ordered pair by pair`() {
        let ordered = [
            Labels.empty, Labels(metric: "", ["a": "1"]), Labels(metric: "", ["a": "1", "b": "1"]),
            Labels(metric: "", ["a": "10"]), Labels(metric: "", ["a": "2"]), Labels(metric: "", ["b": "0"]),
        ]
        #expect(ordered.shuffled().sorted() == ordered)
    }

    @Test func `keeps or drops the labels named`() {
        let labels = Labels(metric: "up", ["job": "node", "instance": "a"])
        #expect(labels.keeping(["job", "nothing"]) == Labels(metric: "", ["job": "node"]))
        #expect(labels.dropping(["job", "nothing"]) == Labels(metric: "up", ["instance": "a"]))
        #expect(labels.withoutMetricName == Labels(metric: "", ["job": "node", "instance": "a"]))
        #expect(labels.keeping([]) == .empty)
        #expect(labels.dropping([]) == labels)
    }

    @Test func `is changed through a builder`() {
        var builder = Labels.Builder(Labels(metric: "up", ["job": "node"]))
        builder.set("job", "")
        builder.set("zone", "b")
        #expect(builder.labels == Labels(metric: "up", ["zone": "b"]))
        #expect(Labels(metric: "up").merging(Labels(metric: "down")).metricName == "down")
    }

    @Test func `is written as Prometheus writes it`() {
        let labels = Labels(metric: "up", ["job": "a\"b", "my.label": "x"])
        #expect(labels.description == #"{__name__="up", job="a\"b", "my.label"="x"}"#)
        #expect(labels.seriesText == #"up{job="a\"b", "my.label"="x"}"#)
        #expect(Labels(metric: "my.metric", ["a": "b"]).seriesText == #"{"my.metric", a="b"}"#)
        #expect(Labels.empty.seriesText == "{}")
        #expect(Labels(metric: "up").seriesText == "up")
    }

    @Test func `is found again among thousands by its hash`() {
        var seen: Set<UInt64> = []
        for index in 0..<50_000 { seen.insert(Labels(metric: "m", ["i": "\(index)", "j": "\(index % 7)"]).stableHash) }
        #expect(seen.count == 50_000)
    }
}

@Suite struct `Times and durations` {
    @Test func `stop at the ends of time instead of overflowing`() {
        #expect(Timestamp.distantFuture + .seconds(1) == .distantFuture)
        #expect(Timestamp.distantPast - .seconds(1) == .distantPast)
        #expect(Timestamp.distantFuture.duration(since: .distantPast) > .zero)
        #expect(Duration.seconds(Int64.max).milliseconds == 1 << 62)
    }

    @Test func `a stale marker is a NaN and no other NaN is a stale marker`() {
        #expect(StaleMarker.value.isNaN && StaleMarker.value.isStaleMarker)
        #expect(!Double.nan.isStaleMarker)
        #expect(!Double(bitPattern: StaleMarker.ordinaryNaNBits).isStaleMarker)
    }

    @Test func `the newest sample counts unless it is a stale marker`() {
        var columns = SampleColumns()
        columns.times = [1, 2]
        columns.values = [10, 20]
        var latest = LatestSamples()
        latest.append(newestOf: columns)
        columns.values = [10, StaleMarker.value]
        latest.append(newestOf: columns)
        columns.histogramTimes = [3]
        columns.histograms = [NativeHistogram(count: 5)]
        latest.append(newestOf: columns)
        #expect(latest.times == [2, LatestSamples.absent, 3])
        #expect(latest.histograms[2]?.count == 5)
    }
}
