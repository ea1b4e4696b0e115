import LapwingExposition
import LapwingHTTP
import LapwingPromQL
import LapwingSeries
import LapwingText

/// `/federate`: the newest sample of every series that a selector finds, as a page for another server to scrape.
///
/// As protobuf where the request asks for it, else as text. Native histograms have no form in the text format and are left out there;
/// those with custom buckets have none in either.
/// Source: Prometheus 3.14 `web/federate.go`.
struct FederationEndpoint: Sendable {
    let source: any SeriesSource
    let lookbackDelta: Duration
    let externalLabels: @Sendable () -> Labels

    /// Bytes of a page that are written at once.
    private static let bytesInPart = 64 << 10

    private struct Sample: Sendable {
        var labels: Labels
        var value: Double
        var histogram: NativeHistogram?
        var time: Timestamp
    }

    func page(_ request: HTTPRequest, now: Timestamp) -> HTTPResponse {
        let accept = request.headers["Accept"] ?? ""
        let isProtobuf = ProtobufPage.isAsked(by: accept)
        let samples: [Sample]
        do throws(APIError) {
            let parameters = try RequestParameters(request, now: now)
            try parameters.requireAllReadable()
            var groups: [[Matcher]] = []
            for text in parameters.texts("match[]") { groups.append(try RequestParameters.matchers(in: text)) }
            // An empty selector finds nothing, as in Prometheus.
            let range = TimeRange(start: now - lookbackDelta, end: now)
            samples = try newest(groups.filter { !$0.isEmpty }, over: range, request.cancellation).filter { sample in
                sample.histogram.map { isProtobuf && !$0.usesCustomBuckets } ?? true
            }
        } catch {
            return .text(error.message + "\n", status: error.kind.status)
        }
        let names = NameEscaping(accept)
        var further = externalLabels().map { $0 }
        if !further.contains(where: { $0.name == LabelName.instance }) { further.append(Label(name: LabelName.instance, value: "")) }
        further.sort { $0.name < $1.name }
        return HTTPResponse(
            contentType: (isProtobuf ? ProtobufPage.contentType : "text/plain; version=0.0.4; charset=utf-8") + "; escaping=\(names.rawValue)",
            holding: samples.count * MemoryLayout<Sample>.stride
        ) { [further] writer in
            if isProtobuf {
                try Self.writeProtobuf(samples, further, names, to: writer)
            } else {
                try Self.writeText(samples, further, names, to: writer)
            }
        }
    }

    /// One sample of each series, in the order of metric names and then of labels.
    private func newest(_ groups: [[Matcher]], over range: TimeRange, _ cancellation: HTTPCancellation) throws(APIError) -> [Sample] {
        var samples: [Sample] = []
        var known: Set<Labels> = []
        let snapshot = source.snapshot()
        var latest = LatestSamples()
        for group in groups {
            do throws(ReadError) {
                let found = try snapshot.select(group, over: range)
                try found.readLatest(0..<found.count, over: range, into: &latest)
                for (row, labels) in found.labels.enumerated() where latest.times[row] != LatestSamples.absent {
                    if groups.count > 1, !known.insert(labels).inserted { continue }
                    samples.append(
                        Sample(
                            labels: labels, value: latest.values[row], histogram: latest.histograms[row],
                            time: Timestamp(milliseconds: latest.times[row])))
                }
            } catch {
                throw APIError(.internalError, error.message)
            }
            // As they were read, as they were found, and in order.
            try cancellation.take(bytes: 3 * samples.count * MemoryLayout<Sample>.stride)
        }
        // Places are sorted and not the samples, which are large; those of one selector are in the order of their labels already.
        var places = Dictionary(grouping: samples.indices) { samples[$0].labels.metricName }
        places[""] = nil
        return places.sorted { $0.key < $1.key }.flatMap { _, places in
            (groups.count > 1 ? places.sorted { samples[$0].labels < samples[$1].labels } : places).map { samples[$0] }
        }
    }

    private static func writeProtobuf(
        _ samples: [Sample], _ further: [Label], _ names: NameEscaping, to writer: any HTTPBodyWriter
    ) throws {
        var page = ProtobufPageWriter()
        for sample in samples {
            let labels = names.escaping(sample.labels)
            let absent = further.filter { labels[$0.name] == nil }
            if let histogram = sample.histogram {
                page.write(labels, and: absent, histogram, at: sample.time)
            } else {
                page.write(labels, and: absent, sample.value, at: sample.time)
            }
            if page.bytes.count >= bytesInPart { try writer.write(page.takeBytes()) }
        }
        try writer.write(page.finish())
    }

    private static func writeText(_ samples: [Sample], _ further: [Label], _ names: NameEscaping, to writer: any HTTPBodyWriter) throws {
        var page = ExpositionWriter(.prometheusText)
        var family: String?
        for sample in samples {
            let labels = names.escaping(sample.labels)
            if family != labels.metricName {
                page.begin(MetricMetadata(name: labels.metricName))
                family = labels.metricName
            }
            page.write(labels, and: further.filter { labels[$0.name] == nil }, sample.value, at: sample.time)
            if page.bytes.count >= bytesInPart { try writer.write(page.takeBytes()) }
        }
        try writer.write(page.finish())
    }
}

/// What becomes of names that servers before Prometheus 3 cannot read.
private enum NameEscaping: String {
    case allowUTF8 = "allow-utf-8"
    case underscores

    /// - Parameter accept: the first of its members that says anything decides.
    init(_ accept: String) {
        let words = accept.split { $0 == "," || $0 == ";" }.map { $0.filter { $0 != " " } }
        self = words.first { $0.hasPrefix("escaping=") }.flatMap { NameEscaping(rawValue: String($0.dropFirst("escaping=".count))) } ?? .underscores
    }

    func escaping(_ labels: Labels) -> Labels {
        let isLegacy = LabelName.isLegacyMetric(labels.metricName) && labels.allSatisfy { LabelName.isLegacy($0.name) }
        if self == .allowUTF8 || isLegacy { return labels }
        var builder = Labels.Builder()
        for label in labels {
            builder.set(
                Self.underscored(label.name, colons: false),
                label.name == LabelName.metric ? Self.underscored(label.value, colons: true) : label.value)
        }
        return builder.labels
    }

    private static func underscored(_ name: String, colons: Bool) -> String {
        String(
            String.UnicodeScalarView(
                name.unicodeScalars.enumerated().map { index, scalar in
                    switch scalar {
                    case "a"..."z", "A"..."Z", "_": scalar
                    case "0"..."9" where index > 0: scalar
                    case ":" where colons: scalar
                    default: "_"
                    }
                }))
    }
}
