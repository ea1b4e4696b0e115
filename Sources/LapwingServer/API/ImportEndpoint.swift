import LapwingExposition
import LapwingHTTP
import LapwingSeries
import LapwingStorage

/// `import/prometheus`: an exposition page in the body, as text, OpenMetrics or protobuf, whose lines may have times of their own.
///
/// What it is says its `Content-Type`; of a page with another, its last line.
///
/// A page with a wrong line is refused whole, with line and column. Of a page that can be read, samples that the store does
/// not take are told line by line, and the others are stored.
struct ImportEndpoint: Sendable {
    /// Bytes of a page, decompressed.
    static let maximumBytes = RequestLanes.maximumWrite

    let sink: any SampleSink
    var exemplars = ExemplarStore()

    func write(_ request: HTTPRequest, now: Timestamp) -> HTTPResponse {
        let bytes: [UInt8]
        do {
            bytes = try Self.body(of: request)
        } catch {
            return .text("\(error)\n", status: error.status)
        }
        do {
            let faults = try store(bytes, request.headers["Content-Type"] ?? "", now: now)
            return faults.isEmpty ? HTTPResponse(status: .noContent) : .text(faults.summary + "\n", status: .badRequest)
        } catch let error as AppendError {
            return .text(error.message + "\n", status: WriteEndpoint.status(of: error))
        } catch {
            return .text("\(error)\n", status: .badRequest)
        }
    }

    private func store(_ body: [UInt8], _ contentType: String, now: Timestamp) throws -> WriteFaults {
        let protobuf = ProtobufPage.isMeant(by: contentType) ? try ProtobufPage(body, keepsClassicBuckets: true) : nil
        let bytes = protobuf?.text ?? body
        var texts = SeriesTexts()
        var page = ExpositionPage()
        let format = protobuf == nil ? try ExpositionFormat(contentType: contentType, fallback: ExpositionFormat(ofPageEnding: bytes)) : .openMetrics
        try page.read(bytes.span, as: format, known: &texts)
        if let protobuf { page.complete(from: protobuf) }
        var labels = [Labels](repeating: .empty, count: texts.count)
        for line in page.newLines { labels[Int(page.series[line])] = try page.labels(ofLine: line, in: bytes.span) }
        let references = try sink.references(for: labels)
        let times = page.times.map { $0 == ExpositionPage.noTime ? now.milliseconds : $0 }
        var batch = SampleBatch()
        batch.reserveCapacity(page.count)
        for line in 0..<page.count where page.histograms[line] == nil {
            batch.append(references[Int(page.series[line])], time: times[line], value: page.values[line], startTime: page.startTimes[line] ?? 0)
        }
        let histograms = page.histograms.sorted { $0.key < $1.key }
        for (line, histogram) in histograms {
            batch.append(references[Int(page.series[line])], time: times[line], histogram: histogram, startTime: page.startTimes[line] ?? 0)
        }
        let isText = protobuf == nil
        func place(_ line: Int) -> String { isText ? "line \(page.lineNumber(of: line, in: bytes.span))" : "sample \(line + 1)" }
        var faults = WriteFaults()
        let refused = try sink.append(batch)
        if !refused.isEmpty {
            // Refusals number the floats and then the histograms.
            let lines = (0..<page.count).filter { page.histograms[$0] == nil } + histograms.map(\.key)
            for (line, reason) in refused.map({ (lines[$0.index], $0.reason) }) {
                faults.add("\(place(line)): \(WriteFaults.text(reason)): \(labels[Int(page.series[line])]) at \(times[line])")
            }
        }
        var found = try page.exemplars.map { (line: $0.line, exemplar: try page.exemplar($0, in: bytes.span, sampleTime: times[$0.line])) }
        for one in protobuf?.exemplars ?? [] {
            var exemplar = one.exemplar
            if !exemplar.hasOwnTime { exemplar.time = times[one.line] }
            found.append((one.line, exemplar))
        }
        keep(found.map { ($0.line, SeriesExemplar(series: labels[Int(page.series[$0.line])], exemplar: $0.exemplar)) }, place, &faults)
        return faults
    }

    private func keep(_ found: [(line: Int, exemplar: SeriesExemplar)], _ place: (Int) -> String, _ faults: inout WriteFaults) {
        for ((line, _), verdict) in zip(found, exemplars.add(found.map(\.exemplar))) {
            let fault: String
            switch verdict {
            case .taken, .known: continue
            case .outOfOrder: fault = "out of order exemplar"
            case .tooLong: fault = "an exemplar's labels have more than \(Exemplar.labelCharacterLimit) characters"
            case .tooFarInFuture: fault = "an exemplar lies too far in the future"
            }
            faults.add("\(place(line)): \(fault)")
        }
    }

    /// Why a body is not read.
    struct BodyError: Error, CustomStringConvertible {
        var description: String
        var status = HTTPStatus.badRequest
    }

    /// The body, decompressed where the request says that it has to be.
    static func body(of request: HTTPRequest) throws(BodyError) -> [UInt8] {
        switch (request.headers["Content-Encoding"] ?? "identity").lowercased() {
        case "identity", "": return request.body
        case "gzip":
            do {
                return try Gzip.decompress(request.body, limit: maximumBytes)
            } catch {
                throw BodyError(description: "the body is no gzip that can be read: \(error)")
            }
        case let other:
            throw BodyError(description: "the encoding \(other) is not known here, gzip and identity are", status: .unsupportedMediaType)
        }
    }
}
