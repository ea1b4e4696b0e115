import Foundation
import LapwingPromQL
import LapwingSeries
import LapwingStorage

/// A query: read, printed, read again, and evaluated at a time and over a range.
enum QueryTarget {
    static func fault(in bytes: [UInt8]) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        let query: PreparedQuery
        do throws(PromQLSyntaxError) {
            query = try PreparedQuery(text)
        } catch {
            return error.message.isEmpty || error.rendered(in: text).isEmpty ? "an error says nothing" : nil
        }
        let printed = query.expression.description
        for again in [printed, query.expression.prettyText(width: 20)] {
            guard let other = try? PreparedQuery(again) else { return "what is printed cannot be read: \(again)" }
            if other.expression.description != printed { return "what is printed means something else: \(again)" }
        }
        return evaluationFault(query)
    }

    /// Seconds of CPU that one evaluation may take, far above what its limit of samples and its time limit allow.
    private static let patience = 3.0

    private static var secondsOfCPU: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

    private static func evaluationFault(_ query: PreparedQuery) -> String? {
        var options = EngineOptions()
        options.maximumSamples = 20_000
        let engine = QueryEngine(options)
        let start = secondsOfCPU
        let context = QueryContext(deadline: .now + .milliseconds(100))
        let instant = try? engine.instant(query, at: Timestamp(milliseconds: 600_000), over: store.snapshot(), context: context)
        let range = try? engine.range(
            query, from: Timestamp(milliseconds: 300_000), through: Timestamp(milliseconds: 900_000), step: .seconds(60),
            over: store.snapshot(), context: context)
        let taken = secondsOfCPU - start
        if taken > patience { return "it took \(taken) seconds of CPU" }
        for result in [instant, range] {
            if let result, let fault = fault(of: result.value) { return fault }
        }
        return nil
    }

    /// A result has no two series of the same labels, and shows no mark of absence.
    private static func fault(of value: QueryValue) -> String? {
        switch value {
        case .scalar, .string: return nil
        case .vector(let samples):
            if samples.contains(where: { $0.histogram == nil && $0.value.isStaleMarker }) { return "a stale marker is an answer" }
            return nil
        case .matrix(let matrix):
            if Set(matrix.map(\.labels)).count != matrix.count { return "two series of an answer have the same labels" }
            return matrix.contains { $0.values.contains(where: \.isStaleMarker) } ? "a stale marker is in an answer" : nil
        }
    }

    private static let store: Store = {
        let store = Store()
        var series: [Labels] = []
        for name in ["x", "up", "a:b", "sum", "http_requests_total", "h_bucket"] {
            for job in ["api", "db"] { series.append(Labels(metric: name, ["job": job, "le": job == "api" ? "1" : "+Inf", "a": "b"])) }
        }
        var batch = SampleBatch()
        guard let references = try? store.references(for: series) else { return store }
        for (index, reference) in references.enumerated() {
            for step in 0..<40 {
                let values = [Double(step % 17 * index), -Double(step), .nan, .infinity]
                let isHistogram = index == 1 && step > 20
                if isHistogram {
                    batch.append(reference, time: Int64(step) * 15_000, histogram: histogram(step))
                } else {
                    batch.append(reference, time: Int64(step) * 15_000, value: step % 13 == 12 ? values[index % 4] : values[0])
                }
            }
        }
        _ = try? store.append(batch)
        return store
    }()

    private static func histogram(_ step: Int) -> NativeHistogram {
        var histogram = NativeHistogram()
        histogram.schema = Int32(step % 3)
        histogram.zeroThreshold = 0.001
        histogram.positiveSpans = [NativeHistogram.BucketSpan(offset: -1, length: 2)]
        histogram.positiveBuckets = [Double(step), Double(2 * step)]
        histogram.count = Double(3 * step)
        histogram.sum = Double(step)
        return histogram
    }
}
