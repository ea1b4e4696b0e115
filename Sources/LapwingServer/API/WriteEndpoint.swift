import LapwingExposition
import LapwingHTTP
import LapwingSeries
import LapwingSnappy
import LapwingText
import Synchronization

/// `write`: remote write 1.0.
///
/// Source: Prometheus 3.14 `storage/remote/write_handler.go`; unlike there, what can be stored of a request is stored when
/// other samples of it are refused.
final class WriteEndpoint: Sendable {
    /// Bytes of a decompressed request.
    static let maximumBytes = 32 << 20
    /// Series whose references are kept by the bytes of their labels.
    static let maximumKnownSeries = 1_000_000

    private let sink: any SampleSink
    private let known = Mutex<[SeriesKey: SeriesReference]>([:])

    init(sink: any SampleSink) { self.sink = sink }

    /// The bytes of a series' labels, as a sender writes them.
    private struct SeriesKey: Hashable {
        let bytes: ArraySlice<UInt8>
    }

    func write(_ request: HTTPRequest) -> HTTPResponse {
        if let refusal = Self.refusal(of: request.head) { return refusal }
        let message: RemoteWriteRequest
        do {
            message = try RemoteWriteRequest(try SnappyBlock.decompress(request.body, limit: Self.maximumBytes))
        } catch {
            return Self.answer("\(error)", .badRequest)
        }
        do throws(AppendError) {
            let faults = try store(message)
            return faults.isEmpty ? HTTPResponse(status: .noContent) : Self.answer(Self.summary(faults), .badRequest)
        } catch {
            let isFull = error.kind == .storageFull || error.kind == .closed
            return Self.answer(error.message, isFull ? .serviceUnavailable : error.kind == .storage ? .internalServerError : .badRequest)
        }
    }

    /// Stores what can be stored.
    ///
    /// - Returns: what could not, in words.
    private func store(_ message: RemoteWriteRequest) throws(AppendError) -> [String] {
        var faults: [String] = []
        var references = try references(message, &faults)
        var refused = try append(message, references)
        if refused.contains(where: { $0.reason == .unknownSeries }) {
            // A series that was kept by its bytes had no samples for long and is gone: all are asked for anew.
            known.withLock { $0 = [:] }
            faults = []
            references = try self.references(message, &faults)
            refused = try append(message, references)
        }
        for sample in refused { faults.append(Self.text(sample.reason) + Self.place(of: sample.index, message, references)) }
        return faults
    }

    /// The reference of each series, nil where its labels are not taken.
    private func references(_ message: RemoteWriteRequest, _ faults: inout [String]) throws(AppendError) -> [SeriesReference?] {
        var references: [SeriesReference?] = []
        references.reserveCapacity(message.series.count)
        var fresh: [(place: Int, labels: Labels)] = []
        let before = known.withLock { $0 }
        for (place, series) in message.series.enumerated() {
            let reference = series.labelBytes.flatMap { before[SeriesKey(bytes: message.bytes[$0])] }
            references.append(reference)
            if reference != nil { continue }
            do {
                fresh.append((place, try message.labels(of: series)))
            } catch {
                faults.append("invalid labels: \(error)")
            }
        }
        if fresh.isEmpty { return references }
        let made = try sink.references(for: fresh.map(\.labels))
        known.withLock { known in
            if known.count + made.count > Self.maximumKnownSeries { known = [:] }
            for (series, reference) in zip(fresh, made) {
                references[series.place] = reference
                guard let range = message.series[series.place].labelBytes else { continue }
                known[SeriesKey(bytes: Array(message.bytes[range])[...])] = reference
            }
        }
        return references
    }

    private func append(_ message: RemoteWriteRequest, _ references: [SeriesReference?]) throws(AppendError) -> [RefusedSample] {
        var batch = SampleBatch()
        for (series, reference) in zip(message.series, references) {
            guard let reference else { continue }
            for row in series.floats { batch.append(reference, time: message.times[row], value: message.values[row]) }
            for row in series.histograms { batch.append(reference, time: message.histogramTimes[row], histogram: message.histograms[row]) }
        }
        return try sink.append(batch)
    }

    // MARK: What was refused

    /// Faults that are told one by one.
    private static let toldFaults = 5

    private static func summary(_ faults: [String]) -> String {
        let rest = faults.count - toldFaults
        return faults.prefix(toldFaults).joined(separator: "\n") + (rest > 0 ? "\nand \(rest) more" : "")
    }

    /// Prometheus' words.
    private static func text(_ reason: RefusedSample.Reason) -> String {
        switch reason {
        case .outOfOrder: "out of order sample"
        case .duplicateTimestamp: "duplicate sample for timestamp"
        case .tooOld: "too old sample"
        case .tooFarInFuture: "out of bounds"
        case .unknownSeries: "unknown series"
        }
    }

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

    /// What is said to a request of another kind.
    private static func refusal(of head: HTTPRequestHead) -> HTTPResponse? {
        let type = head.headers["Content-Type"] ?? ""
        let parts = type.split(separator: ";").map { $0.filter { $0 != " " } }
        if let first = parts.first, first.lowercased() != "application/x-protobuf" {
            return answer("the content type \(type) is not remote write's, application/x-protobuf", .unsupportedMediaType)
        }
        if parts.dropFirst().contains(where: { $0.lowercased().hasPrefix("proto=") && !$0.hasSuffix("=prometheus.WriteRequest") }) {
            return answer(
                "remote write 1.0 (proto=prometheus.WriteRequest) is taken here, and no other version yet: \(type)", .unsupportedMediaType)
        }
        let encoding = head.headers["Content-Encoding"] ?? "snappy"
        if encoding.lowercased() != "snappy" { return answer("the encoding \(encoding) is not remote write's, snappy", .unsupportedMediaType) }
        return nil
    }

    private static func answer(_ text: String, _ status: HTTPStatus) -> HTTPResponse { .text(text + "\n", status: status) }
}
