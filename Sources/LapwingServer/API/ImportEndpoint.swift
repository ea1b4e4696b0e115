import LapwingExposition
import LapwingHTTP
import LapwingSeries
import LapwingStorage

/// `import/prometheus`: an exposition page in the body, as text or OpenMetrics, whose lines may have times of their own.
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
            let type = request.headers["Content-Type"] ?? ""
            let faults = try store(bytes, try ExpositionFormat(contentType: type, fallback: .prometheusText), now: now)
            return faults.isEmpty ? HTTPResponse(status: .noContent) : .text(faults.summary + "\n", status: .badRequest)
        } catch let error as AppendError {
            return .text(error.message + "\n", status: WriteEndpoint.status(of: error))
        } catch {
            return .text("\(error)\n", status: .badRequest)
        }
    }

    private func store(_ bytes: [UInt8], _ format: ExpositionFormat, now: Timestamp) throws -> WriteFaults {
        var texts = SeriesTexts()
        var page = ExpositionPage()
        try page.read(bytes.span, as: format, known: &texts)
        var labels = [Labels](repeating: .empty, count: texts.count)
        for line in page.newLines { labels[Int(page.series[line])] = try page.labels(ofLine: line, in: bytes.span) }
        let references = try sink.references(for: labels)
        var batch = SampleBatch()
        batch.series = page.series.map { references[Int($0)] }
        batch.times = page.times.map { $0 == ExpositionPage.noTime ? now.milliseconds : $0 }
        batch.values = page.values
        var faults = WriteFaults()
        for refused in try sink.append(batch) {
            let index = refused.index
            faults.add(
                "line \(page.lineNumber(of: index, in: bytes.span)): \(WriteFaults.text(refused.reason)): "
                    + "\(labels[Int(page.series[index])]) at \(batch.times[index])")
        }
        try keepExemplars(of: page, batch.times, labels, bytes, &faults)
        return faults
    }

    /// - Parameters:
    ///   - times: of the lines.
    ///   - labels: by the numbers of series texts.
    private func keepExemplars(
        of page: ExpositionPage, _ times: [Int64], _ labels: [Labels], _ bytes: [UInt8], _ faults: inout WriteFaults
    ) throws {
        let found = try page.exemplars.map { text in
            SeriesExemplar(
                series: labels[Int(page.series[text.line])], exemplar: try page.exemplar(text, in: bytes.span, sampleTime: times[text.line]))
        }
        for (text, verdict) in zip(page.exemplars, exemplars.add(found)) {
            let fault: String
            switch verdict {
            case .taken, .known: continue
            case .outOfOrder: fault = "out of order exemplar"
            case .tooLong: fault = "an exemplar's labels have more than \(Exemplar.labelCharacterLimit) characters"
            case .tooFarInFuture: fault = "an exemplar lies too far in the future"
            }
            faults.add("line \(page.lineNumber(of: text.line, in: bytes.span)): \(fault)")
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
