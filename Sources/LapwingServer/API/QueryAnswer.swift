public import LapwingHTTP
public import LapwingPromQL
public import LapwingSeries
import LapwingSystem
import LapwingText

/// A query's value on its way out: in one piece when it is small, else part by part, written on every core while the
/// client takes what is there.
public struct QueryAnswer: Sendable {
    var value: QueryValue
    /// The time of scalars and strings.
    var time: Timestamp
    var warnings: [String]
    var infos: [String]
    var statistics: QueryTimings?

    /// Elements of an instant vector in one part, some 150 bytes each.
    static let samplesInPart = 1024

    public init(value: QueryValue, time: Timestamp, warnings: [String] = [], infos: [String] = []) {
        self.value = value
        self.time = time
        self.warnings = warnings
        self.infos = infos
    }

    public var response: HTTPResponse {
        switch value {
        case .matrix(let matrix):
            let parts = MatrixParts(matrix)
            if parts.count > 1 { return streamed(parts.count, holding: parts.bytes) { part, json in parts.write(part, &json) } }
            return whole { json in if parts.count == 1 { parts.write(0, &json) } }
        case .vector(let samples) where samples.count > Self.samplesInPart:
            let count = (samples.count + Self.samplesInPart - 1) / Self.samplesInPart
            return streamed(count, holding: samples.count * MemoryLayout<VectorSample>.stride) { part, json in
                let first = part * Self.samplesInPart
                json.samples(samples[first..<min(first + Self.samplesInPart, samples.count)])
            }
        case .vector(let samples):
            return whole { json in json.samples(samples[...]) }
        case .scalar, .string:
            return APIAnswer.success(warnings: warnings, infos: infos) { $0.queryData(value, at: time, statistics: statistics) }
        }
    }

    /// The elements of `result` are made by `write`.
    private func whole(_ write: (inout JSONWriter) -> Void) -> HTTPResponse {
        APIAnswer.success(warnings: warnings, infos: infos) { json in
            json.object { json in
                json.member("resultType", value.typeName)
                json.key("result")
                json.array(write)
                if let statistics { json.statistics(statistics) }
            }
        }
    }

    /// The elements of `result` are made by `write`; what stands around them is written here.
    private func streamed(_ count: Int, holding bytes: Int, _ write: @escaping OrderedParts.Write) -> HTTPResponse {
        let typeName = value.typeName
        let end = envelopeEnd
        return HTTPResponse(contentType: "application/json", holding: bytes) { writer in
            try writer.write("{\"status\":\"success\",\"data\":{\"resultType\":\"\(typeName)\",\"result\":[")
            let parts = OrderedParts(count: count, threads: ProcessInfo.processInfo.activeProcessorCount, write: write)
            try parts.take { bytes throws(HTTPBodyWriterError) in
                if writer.isCancelled { throw .clientGone }
                try writer.write(bytes)
            }
            try writer.write(end)
        }
    }

    /// What follows the elements of `result`.
    private var envelopeEnd: [UInt8] {
        var json = JSONWriter(reusing: [], continues: true)
        json.endArray()
        if let statistics { json.statistics(statistics) }
        json.endObject()
        APIAnswer.remarks(warnings, infos, &json)
        json.endObject()
        return json.bytes
    }
}
