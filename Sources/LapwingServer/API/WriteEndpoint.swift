import LapwingExposition
import LapwingHTTP
public import LapwingSeries
import LapwingSnappy
import LapwingStorage
import LapwingText

/// `write`: remote write 1.0 and 2.0.
///
/// What can be stored of a request is stored when the rest is refused, in both versions; Prometheus does so in 2.0 only, and
/// passes over 1.0's series of wrong labels in silence, where both specifications ask for 400. Source: Prometheus 3.14 `storage/remote/write_handler.go`.
struct WriteEndpoint: Sendable {
    /// Bytes of a decompressed request.
    static let maximumBytes = 32 << 20

    private let sink: any SampleSink
    private let known: KnownSeries
    private let exemplars: ExemplarStore
    private let metadata: WrittenMetadata

    init(sink: any SampleSink, exemplars: ExemplarStore = ExemplarStore(), metadata: WrittenMetadata = WrittenMetadata()) {
        self.sink = sink
        self.exemplars = exemplars
        self.metadata = metadata
        known = KnownSeries(sink: sink)
    }

    func write(_ request: HTTPRequest) -> HTTPResponse {
        let version: RemoteWriteVersion
        switch Self.version(of: request.head) {
        case .success(let accepted): version = accepted
        case .failure(let refusal): return Self.answer(refusal.message, .unsupportedMediaType)
        }
        let message: RemoteWriteRequest
        do {
            let bytes = try SnappyBlock.decompress(request.body, limit: Self.maximumBytes)
            message = version == .first ? try RemoteWriteRequest(bytes) : try RemoteWriteRequest(second: bytes)
        } catch {
            return Self.answer("\(error)", .badRequest)
        }
        do throws(AppendError) {
            var (faults, written) = try store(message)
            let exemplarFaults = keepExemplars(of: message, &written)
            if version == .second { faults.add(exemplarFaults) }
            metadata.note(message.metadata)
            let response = faults.isEmpty ? HTTPResponse(status: .noContent) : Self.answer(faults.summary, .badRequest)
            return version == .first ? response : Self.counted(response, written)
        } catch {
            let response = Self.answer(error.message, Self.status(of: error))
            return version == .first ? response : Self.counted(response, Written())
        }
    }

    static func status(of error: AppendError) -> HTTPStatus {
        switch error.kind {
        case .storageFull, .closed: .serviceUnavailable
        case .storage: .internalServerError
        case .seriesLimit, .labelLimit: .badRequest
        }
    }

    /// What was stored of a request.
    private struct Written {
        var floats = 0
        var histograms = 0
        var exemplars = 0
    }

    /// Stores what can be stored.
    ///
    /// - Returns: what could not, and how many samples and histograms were.
    private func store(_ message: RemoteWriteRequest) throws(AppendError) -> (faults: WriteFaults, written: Written) {
        var faults = WriteFaults()
        let references = try known.references(of: message, &faults)
        let batch = Self.batch(message, references)
        var refused = try sink.append(batch)
        if refused.contains(where: { $0.reason == .unknownSeries }) { try renew(message, references, batch, &refused) }
        var all = WriteFaults()
        for refusal in message.refusals { all.add(refusal.message) }
        all.add(faults)
        for sample in refused { all.add(WriteFaults.text(sample.reason) + Self.place(of: sample.index, message, references)) }
        let refusedFloats = refused.count { $0.index < batch.series.count }
        let histograms = batch.histogramSeries.count - (refused.count - refusedFloats)
        return (all, Written(floats: batch.series.count - refusedFloats, histograms: histograms))
    }

    /// Asks anew for series that the store has forgotten, since they had no samples for long, and stores what was refused because of it;
    /// the others have their samples.
    private func renew(
        _ message: RemoteWriteRequest, _ references: [SeriesReference?], _ batch: SampleBatch, _ refused: inout [RefusedSample]
    ) throws(AppendError) {
        known.forget()
        var toldAlready = WriteFaults()
        let renewed = try known.references(of: message, &toldAlready)
        let pairs = zip(references, renewed).compactMap { old, new in old.flatMap { old in new.map { (old, $0) } } }
        let renewals = Dictionary(pairs) { first, _ in first }
        let again = refused.filter { $0.reason == .unknownSeries }.map(\.index).sorted()
        let (second, indices) = batch.part(again) { renewals[$0] }
        refused.removeAll { $0.reason == .unknownSeries }
        refused += try sink.append(second).map { RefusedSample(index: indices[$0.index], reason: $0.reason) }
        refused.sort { $0.index < $1.index }
    }

    /// Keeps the exemplars of series whose labels are right.
    ///
    /// - Returns: faults of those that came too late; what else cannot be kept is passed over, as in Prometheus.
    private func keepExemplars(of message: RemoteWriteRequest, _ written: inout Written) -> WriteFaults {
        var faults = WriteFaults()
        if message.exemplars.isEmpty { return faults }
        var found: [SeriesExemplar] = []
        var last: (place: Int, labels: Labels?) = (-1, nil)
        for (place, exemplar) in zip(message.exemplarSeries, message.exemplars) {
            if place != last.place { last = (place, try? message.labels(of: message.series[place])) }
            if let labels = last.labels { found.append(SeriesExemplar(series: labels, exemplar: exemplar)) }
        }
        let verdicts = exemplars.add(found)
        written.exemplars = verdicts.count { $0 == .taken || $0 == .known }
        for (exemplar, verdict) in zip(found, verdicts) where verdict == .outOfOrder {
            faults.add("out of order exemplar for series \(exemplar.series)")
        }
        return faults
    }

    private static func batch(_ message: RemoteWriteRequest, _ references: [SeriesReference?]) -> SampleBatch {
        var batch = SampleBatch()
        if !references.contains(nil), message.series.count == message.times.count, message.histograms.isEmpty,
            message.series.allSatisfy({ $0.floats.count == 1 })
        {
            // One sample for each series, as scrapes are sent on: the columns are there already.
            batch.series = references.compactMap { $0 }
            batch.times = message.times
            batch.values = message.values
            batch.startTimes = message.startTimes
            return batch
        }
        batch.series.reserveCapacity(message.times.count)
        for (series, reference) in zip(message.series, references) {
            guard let reference else { continue }
            for row in series.floats {
                batch.append(reference, time: message.times[row], value: message.values[row])
                if !message.startTimes.isEmpty { batch.startTimes.append(message.startTimes[row]) }
            }
            for row in series.histograms {
                batch.append(reference, time: message.histogramTimes[row], histogram: message.histograms[row])
                if !message.histogramStartTimes.isEmpty { batch.histogramStartTimes.append(message.histogramStartTimes[row]) }
            }
        }
        return batch
    }

    // MARK: What is answered

    /// Which sample it was: its series and time.
    private static func place(of index: Int, _ message: RemoteWriteRequest, _ references: [SeriesReference?]) -> String {
        let stored = zip(message.series, references).filter { $0.1 != nil }.map(\.0)
        let floats = stored.reduce(0) { $0 + $1.floats.count }
        var rest = index < floats ? index : index - floats
        for series in stored {
            let rows = index < floats ? series.floats : series.histograms
            if rest >= rows.count {
                rest -= rows.count
                continue
            }
            let row = rows.lowerBound + rest
            let time = index < floats ? message.times[row] : message.histogramTimes[row]
            return ": \((try? message.labels(of: series))?.description ?? "") at \(time)"
        }
        return ""
    }

    /// The version of a request, or why it is none of ours.
    private static func version(of head: HTTPRequestHead) -> Result<RemoteWriteVersion, Refusal> {
        let type = head.headers["Content-Type"] ?? ""
        let parts = type.split(separator: ";").map { $0.filter { $0 != " " } }
        if let first = parts.first, first.lowercased() != "application/x-protobuf" {
            return .failure(Refusal("the content type \(type) is not remote write's, application/x-protobuf"))
        }
        if let wrong = parts.dropFirst().first(where: { !$0.contains("=") }) {
            return .failure(Refusal("the content type \(type) has \"\(wrong)\" where a parameter and its value belong"))
        }
        let encoding = head.headers["Content-Encoding"] ?? "snappy"
        if encoding.lowercased() != "snappy" { return .failure(Refusal("the encoding \(encoding) is not remote write's, snappy")) }
        guard let message = parts.dropFirst().first(where: { $0.lowercased().hasPrefix("proto=") })?.dropFirst(6) else { return .success(.first) }
        if let version = RemoteWriteVersion(rawValue: String(message)) { return .success(version) }
        let messages = RemoteWriteVersion.allCases.map(\.rawValue).joined(separator: " and ")
        return .failure(Refusal("remote write's messages are \(messages), and not \(message)"))
    }

    private struct Refusal: Error {
        var message: String

        init(_ message: String) { self.message = message }
    }

    /// Version 2.0's answers say how much was written, so that a sender knows what a partial write left out.
    private static func counted(_ response: HTTPResponse, _ written: Written) -> HTTPResponse {
        var response = response
        response.headers.add("X-Prometheus-Remote-Write-Samples-Written", "\(written.floats)")
        response.headers.add("X-Prometheus-Remote-Write-Histograms-Written", "\(written.histograms)")
        response.headers.add("X-Prometheus-Remote-Write-Exemplars-Written", "\(written.exemplars)")
        return response
    }

    private static func answer(_ text: String, _ status: HTTPStatus) -> HTTPResponse { .text(text + "\n", status: status) }
}

extension SampleBatch {
    /// Some of its samples, floats before histograms, with other references.
    ///
    /// - Parameter indices: from the lowest on.
    /// - Returns: also which sample of the whole each is.
    fileprivate func part(_ indices: [Int], _ reference: (SeriesReference) -> SeriesReference?) -> (batch: SampleBatch, indices: [Int]) {
        var (part, places): (SampleBatch, [Int]) = (SampleBatch(), [])
        let floats = series.count
        for index in indices {
            let isFloat = index < floats
            let row = isFloat ? index : index - floats
            guard let reference = reference(isFloat ? series[row] : histogramSeries[row]) else { continue }
            places.append(index)
            if isFloat {
                part.append(reference, time: times[row], value: values[row])
                if !startTimes.isEmpty { part.startTimes.append(startTimes[row]) }
            } else {
                part.append(reference, time: histogramTimes[row], histogram: histograms[row])
                if !histogramStartTimes.isEmpty { part.histogramStartTimes.append(histogramStartTimes[row]) }
            }
        }
        return (part, places)
    }
}

/// Remote write without a server around it, for benchmarks: bodies in, and whether all of them was stored.
public struct RemoteWriteReceiver: Sendable {
    private let endpoint: WriteEndpoint

    public init(sink: any SampleSink) { endpoint = WriteEndpoint(sink: sink) }

    /// - Parameter body: a block of snappy around a message of version 1.0.
    public func write(_ body: [UInt8]) -> Bool {
        guard let target = HTTPTarget("/api/v1/write") else { return false }
        let head = HTTPRequestHead(method: .post, target: target, headers: ["Content-Encoding": "snappy"])
        return endpoint.write(HTTPRequest(head: head, body: body)).status == .noContent
    }
}
