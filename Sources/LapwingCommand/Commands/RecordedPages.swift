import Foundation
import LapwingExposition
import LapwingPromQL
import LapwingSeries
import LapwingServer
import LapwingStorage
import LapwingText

/// Exposition pages with timestamps, read into a store of their own.
struct RecordedPages {
    private let store: Store

    /// - Throws: the page that cannot be read, with line and column.
    init(_ paths: [String]) throws(QueryFailure) {
        store = Store(options: StoreOptions(retention: nil, outOfOrderWindow: .seconds(Int64.max / 4000)))
        for path in paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw QueryFailure("lapwing: \(path): no such file")
            }
            if isFolder.boolValue {
                throw QueryFailure("lapwing: \(path) is a folder; this version reads exposition pages, not data directories")
            }
            guard let bytes = FileManager.default.contents(atPath: path) else { throw QueryFailure("lapwing: \(path) cannot be read") }
            try read(path, Array(bytes))
        }
    }

    private func read(_ path: String, _ bytes: [UInt8]) throws(QueryFailure) {
        let isOpenMetrics = String(decoding: bytes.suffix(16), as: UTF8.self).contains("# EOF")
        var page = ExpositionPage()
        var texts = SeriesTexts()
        do throws(ExpositionError) {
            try page.read(bytes.span, as: isOpenMetrics ? .openMetrics : .prometheusText, known: &texts)
            try append(page, bytes, path)
        } catch {
            throw QueryFailure(error.diagnostic.rendered(in: SourceText(name: path, bytes: bytes)))
        }
    }

    private func append(_ page: ExpositionPage, _ bytes: [UInt8], _ path: String) throws(ExpositionError) {
        var references: [Int32: SeriesReference] = [:]
        var samples: [(reference: SeriesReference, time: Int64, value: Double)] = []
        let readAt = Timestamp.now.milliseconds
        for line in 0..<page.count {
            var reference = references[page.series[line]]
            if reference == nil {
                let labels = try page.labels(ofLine: line, in: bytes.span)
                reference = (try? store.references(for: [labels]))?.first
                references[page.series[line]] = reference
            }
            guard let reference else { continue }
            let time = page.times[line] == ExpositionPage.noTime ? readAt : page.times[line]
            samples.append((reference, time, page.values[line]))
        }
        // A page may hold a series' samples in any order; the store takes them in the order of time.
        samples.sort { $0.time < $1.time }
        var batch = SampleBatch()
        for sample in samples { batch.append(sample.reference, time: sample.time, value: sample.value) }
        _ = try? store.append(batch)
    }

    func answer(_ question: QueryQuestion) throws(QueryFailure) -> QueryAnswer {
        let snapshot = store.snapshot()
        let engine = QueryEngine()
        switch question.kind {
        case .instant(let text, let time):
            return try evaluated(text, at: time) { (query) throws(QueryError) in try engine.instant(query, at: time, over: snapshot) }
        case .range(let text, let start, let end, let step):
            return try evaluated(text, at: end) { (query) throws(QueryError) in
                try engine.range(query, from: start, through: end, step: step, over: snapshot)
            }
        case .series(let selector):
            let matchers: [Matcher]
            do throws(PromQLSyntaxError) {
                matchers = try Parser.parseSelector(selector)
            } catch {
                throw QueryFailure(error.rendered(in: selector, name: "selector"))
            }
            let labels = try found { () throws(ReadError) in try snapshot.select(matchers, over: .all).labels }
            var json = JSONWriter(escapesHTML: false)
            json.array { json in for one in labels { json.labels(one) } }
            return QueryAnswer(content: .series(labels), json: json.bytes)
        case .labelNames:
            return names(try found { () throws(ReadError) in try snapshot.labelNames(matching: [], over: .all) })
        case .labelValues(let name):
            return names(try found { () throws(ReadError) in try snapshot.labelValues(of: name, matching: [], over: .all) })
        }
    }

    private func names(_ names: [String]) -> QueryAnswer {
        var json = JSONWriter(escapesHTML: false)
        json.array { json in for name in names { json.string(name) } }
        return QueryAnswer(content: .names(names), json: json.bytes)
    }

    private func found<T>(_ read: () throws(ReadError) -> T) throws(QueryFailure) -> T {
        do throws(ReadError) {
            return try read()
        } catch {
            throw QueryFailure("lapwing: \(error)")
        }
    }

    private func evaluated(
        _ text: String, at time: Timestamp, _ evaluate: (PreparedQuery) throws(QueryError) -> QueryResult
    ) throws(QueryFailure) -> QueryAnswer {
        do throws(QueryError) {
            let result = try evaluate(try QueryEngine().prepare(text))
            var json = JSONWriter(escapesHTML: false)
            json.queryData(result.value, at: time)
            return QueryAnswer(
                content: .value(result.value, at: time), json: json.bytes,
                remarks: result.annotations.texts(of: .warning, in: text) + result.annotations.texts(of: .information, in: text))
        } catch {
            throw QueryFailure(error, query: text)
        }
    }
}
