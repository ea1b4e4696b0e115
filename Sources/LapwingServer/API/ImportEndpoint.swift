import LapwingExposition
import LapwingHTTP
import LapwingSeries

/// `import/prometheus`: an exposition page in the body, as text or OpenMetrics, whose lines may have times of their own.
///
/// A page with a wrong line is refused whole, with line and column. Of a page that can be read, samples that the store does
/// not take are told line by line, and the others are stored.
struct ImportEndpoint: Sendable {
    /// Bytes of a page, decompressed.
    static let maximumBytes = 256 << 20

    let sink: any SampleSink

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
            return faults.isEmpty ? HTTPResponse(status: .noContent) : .text(WriteFault.summary(faults) + "\n", status: .badRequest)
        } catch let error as AppendError {
            return .text(error.message + "\n", status: WriteEndpoint.status(of: error))
        } catch {
            return .text("\(error)\n", status: .badRequest)
        }
    }

    private func store(_ bytes: [UInt8], _ format: ExpositionFormat, now: Timestamp) throws -> [WriteFault] {
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
        return try sink.append(batch).map { refused in
            let index = refused.index
            let line = page.lineNumber(of: index, in: bytes.span)
            return WriteFault("line \(line): \(WriteFault.text(refused.reason)): \(labels[Int(page.series[index])]) at \(batch.times[index])")
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
