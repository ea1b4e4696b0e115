public import LapwingSeries

/// A page of `io.prometheus.client.MetricFamily` messages, each behind its length: the only format that has native
/// histograms.
///
/// It is written out as OpenMetrics text, so that series are found, relabelled and ended by the same code whatever the
/// format; a native histogram stands there as a line whose value means nothing. Floats survive that to the last bit, but for NaNs
/// whose bits say more, as those of the stale marker do: they are kept beside the text. As in Prometheus, classic buckets beside a
/// native histogram are passed over unless they are asked for, or native histograms are.
/// Source: Prometheus 3.14 `prompb/io/prometheus/client/metrics.proto`, `model/textparse/protobufparse.go`.
public struct ProtobufPage: Sendable {
    public static let mediaType = "application/vnd.google.protobuf"
    /// The `Accept` header of a scrape that wants native histograms: this format first, then the text formats.
    public static let acceptHeader = [
        mediaType + ";proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6",
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5",
        "application/openmetrics-text;version=0.0.1;q=0.4",
        "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3",
        "text/plain;version=0.0.4;q=0.2",
        "*/*;q=0.1",
    ].joined(separator: ",")
    /// The `Content-Type` of a page that we write.
    public static let contentType = mediaType + "; proto=io.prometheus.client.MetricFamily; encoding=delimited"
    /// Bytes of the text that a page is written out as.
    public static let textLimit = ExpositionPage.byteLimit

    /// The page as OpenMetrics.
    public let text: [UInt8]
    /// The histograms that stand for the values of lines, by the places of the lines among all sample lines.
    public let histograms: [Int: NativeHistogram]
    /// The values of lines that are NaNs other than the ordinary one, likewise.
    let otherNaNs: [Int: Double]
    /// Since when the samples of lines count, in milliseconds, where the page says so.
    let startTimes: [Int: Int64]
    /// In the order of their lines; the time of one that has none of its own is yet to be set.
    public let exemplars: [LineExemplar]

    /// An exemplar and the place of its line among all sample lines.
    public struct LineExemplar: Sendable, Hashable {
        public var line: Int
        public var exemplar: Exemplar
    }

    /// Whether a page with this `Content-Type` is one.
    public static func isMeant(by contentType: String) -> Bool { ExpositionFormat.mediaType(of: contentType) == mediaType }

    /// Whether a request with this `Accept` header would rather have such a page than plain text: by weight, of equals the first.
    public static func isAsked(by accept: String) -> Bool {
        var best: (weight: Double, isProtobuf: Bool) = (0, false)
        for item in accept.split(separator: ",") {
            let parts = item.split(separator: ";").map { $0.filter { $0 != " " } }
            let wanted = [mediaType, "proto=io.prometheus.client.MetricFamily", "encoding=delimited"]
            let isProtobuf = wanted.allSatisfy { parts.contains($0) }
            guard isProtobuf || [ExpositionFormat.prometheusTextMediaType, "text/*", "*/*"].contains(parts.first ?? "") else { continue }
            let weight = parts.first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if weight > best.weight { best = (weight, isProtobuf) }
        }
        return best.isProtobuf
    }

    /// Whether a file holds one: messages that begin with the name of a family follow one another to its end. No text does.
    public static func isPage(_ bytes: [UInt8]) -> Bool {
        var reader = ProtobufReader(bytes)
        do throws(ProtobufReader.Fault) {
            while reader.offset < reader.end {
                var family = try reader.message()
                guard let field = try family.field(), field.number == 1, field.type == .bytes, !(try family.range()).isEmpty else { return false }
            }
        } catch {
            return false
        }
        return !bytes.isEmpty
    }

    /// - Parameters:
    ///   - keepsClassicBuckets: whether classic buckets beside a native histogram are taken too.
    ///   - takesNative: whether native histograms are; where not, they are read as classic ones, which without buckets of their own
    ///     have the one that holds everything.
    /// - Throws: what is wrong with the page, and at which byte; nothing of it is taken then.
    /// - Complexity: O(bytes).
    public init(_ bytes: [UInt8], keepsClassicBuckets: Bool = false, takesNative: Bool = true) throws(MessageError) {
        var transcript = ProtobufTranscript(keepsClassicBuckets: keepsClassicBuckets, takesNative: takesNative)
        var reader = ProtobufReader(bytes)
        do throws(ProtobufReader.Fault) {
            while reader.offset < reader.end {
                var family = try reader.message()
                try transcript.read(&family)
                guard transcript.writer.bytes.count <= Self.textLimit else { throw reader.fault("it has more than \(Self.textLimit) bytes as text") }
            }
        } catch {
            throw MessageError("the page is damaged at byte \(error.offset): \(error.message)")
        }
        text = transcript.writer.finish()
        histograms = transcript.histograms
        otherNaNs = transcript.otherNaNs
        startTimes = transcript.startTimes
        exemplars = transcript.exemplars
    }
}

/// What has been written of a page.
struct ProtobufTranscript {
    var writer = ExpositionWriter(.openMetrics)
    private(set) var histograms: [Int: NativeHistogram] = [:]
    private(set) var otherNaNs: [Int: Double] = [:]
    private(set) var startTimes: [Int: Int64] = [:]
    private(set) var exemplars: [ProtobufPage.LineExemplar] = []
    private var lineCount = 0
    let keepsClassicBuckets: Bool
    let takesNative: Bool

    init(keepsClassicBuckets: Bool, takesNative: Bool) { (self.keepsClassicBuckets, self.takesNative) = (keepsClassicBuckets, takesNative) }

    mutating func read(_ reader: inout ProtobufReader) throws(ProtobufReader.Fault) {
        var metadata = MetricMetadata(name: "", kind: .counter)
        var isGauge = false
        var metrics: [ProtobufReader] = []
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .bytes): metadata.name = try reader.text()
            case (2, .bytes): metadata.help = try reader.text()
            case (3, .varint):
                let number = try reader.varint()
                guard let kind = Self.kind(number) else { throw reader.fault("a family has the unknown type \(number)") }
                metadata.kind = kind
                isGauge = kind == .gaugehistogram
            case (4, .bytes): metrics.append(try reader.message())
            case (5, .bytes): metadata.unit = try reader.text()
            default: try reader.skip(field.type)
            }
        }
        if metadata.name.isEmpty { throw reader.fault("a family has no name") }
        writer.begin(metadata)
        for metric in metrics { try read(metric, of: metadata, isGauge: isGauge) }
    }

    /// By the numbers of `MetricType`; a family that states none is a counter.
    private static func kind(_ number: UInt64) -> MetricMetadata.Kind? {
        let kinds: [MetricMetadata.Kind] = [.counter, .gauge, .summary, .unknown, .histogram, .gaugehistogram]
        return number < UInt64(kinds.count) ? kinds[Int(number)] : nil
    }

    private mutating func read(_ message: ProtobufReader, of family: MetricMetadata, isGauge: Bool) throws(ProtobufReader.Fault) {
        var reader = message
        var labels: [Label] = []
        var content: (field: UInt64, message: ProtobufReader)?
        var (time, startTime) = (Int64(0), Int64(0))
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .bytes): labels.append(try reader.label())
            case (6, .varint): time = Int64(bitPattern: try reader.varint())
            case (OwnField.startTime, .varint): startTime = Int64(bitPattern: try reader.varint())
            case (2...7, .bytes): content = (field.number, try reader.message())
            default: try reader.skip(field.type)
            }
        }
        guard let content else { return }
        let line = MetricLine(name: family.name, labels: labels, time: time == 0 ? nil : Timestamp(milliseconds: time), startTime: startTime)
        switch content.field {
        case 4: try summary(content.message, line)
        case 7:
            var histogram = ClientHistogram()
            try histogram.read(content.message, isGauge: isGauge)
            let isNative = takesNative && histogram.isNative
            if isNative {
                if let fault = histogram.fault { throw reader.fault(fault) }
                histograms[lineCount] = histogram.native
                note(histogram.exemplars)
                write(line, 0)
            }
            if !isNative || keepsClassicBuckets && histogram.hasClassicBuckets { classic(histogram, line) }
        default:
            if content.field == 3 { try noteCounter(content.message) }
            write(line, try Self.value(content.message))
        }
    }

    private mutating func summary(_ message: ProtobufReader, _ line: MetricLine) throws(ProtobufReader.Fault) {
        var reader = message
        var (count, sum) = (0.0, 0.0)
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .varint): count = Double(try reader.varint())
            case (2, .fixed64): sum = try reader.double()
            case (3, .bytes):
                let (quantile, value) = try Self.pair(try reader.message())
                write(line, value, bound: ("quantile", quantile))
            default: try reader.skip(field.type)
            }
        }
        write(line, sum, suffix: "_sum")
        write(line, count, suffix: "_count")
    }

    private mutating func classic(_ histogram: ClientHistogram, _ line: MetricLine) {
        for bucket in histogram.buckets {
            if let exemplar = bucket.exemplar { note([exemplar]) }
            write(line, bucket.count, suffix: "_bucket", bound: ("le", bucket.bound))
        }
        if histogram.buckets.last?.bound != .infinity {
            write(line, histogram.native.count, suffix: "_bucket", bound: ("le", .infinity))
        }
        write(line, histogram.native.sum, suffix: "_sum")
        write(line, histogram.native.count, suffix: "_count")
    }

    /// Keeps exemplars of the line that is next.
    private mutating func note(_ found: [Exemplar]) {
        for exemplar in found { exemplars.append(ProtobufPage.LineExemplar(line: lineCount, exemplar: exemplar)) }
    }

    private mutating func noteCounter(_ message: ProtobufReader) throws(ProtobufReader.Fault) {
        var reader = message
        while let field = try reader.field() {
            if field.number == 2, field.type == .bytes {
                note([try ClientExemplar.read(try reader.message())])
            } else {
                try reader.skip(field.type)
            }
        }
    }

    /// What the lines of one metric share.
    private struct MetricLine {
        var name: String
        var labels: [Label]
        var time: Timestamp?
        var startTime: Int64
    }

    private mutating func write(_ line: MetricLine, _ value: Double, suffix: String = "", bound: (name: String, value: Double)? = nil) {
        var labels = line.labels
        labels.append(Label(name: LabelName.metric, value: line.name + suffix))
        if let bound { labels.append(Label(name: bound.name, value: OpenMetricsNumber.text(bound.value))) }
        // An empty label is none of the series, and keeps what a scrape would put there.
        writer.write(Labels(labels), and: labels.filter(\.value.isEmpty), value, at: line.time)
        if value.isNaN, value.bitPattern != StaleMarker.ordinaryNaNBits { otherNaNs[lineCount] = value }
        if line.startTime != 0 { startTimes[lineCount] = line.startTime }
        lineCount += 1
    }

    // MARK: Small messages

    /// The value of a gauge, counter or untyped metric, which is field 1 in each.
    private static func value(_ message: ProtobufReader) throws(ProtobufReader.Fault) -> Double { try pair(message).first }

    /// Fields 1 and 2 of a message of two doubles.
    private static func pair(_ message: ProtobufReader) throws(ProtobufReader.Fault) -> (first: Double, second: Double) {
        var reader = message
        var pair = (0.0, 0.0)
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .fixed64): pair.0 = try reader.double()
            case (2, .fixed64): pair.1 = try reader.double()
            default: try reader.skip(field.type)
            }
        }
        return pair
    }
}
