import LapwingExposition
import LapwingSeries
import LapwingServer
import LapwingStorage
import LapwingSystem
import LapwingText

/// Exposition pages, read into a store of their own.
struct RecordedPages {
    private let store: Store
    /// The time of samples that have none.
    private let readAt: Int64

    /// - Throws: the page that cannot be read, with line and column.
    init(_ paths: [String], readAt now: Timestamp) throws(QueryFailure) {
        readAt = now.milliseconds
        store = Store(options: StoreOptions(retention: nil, outOfOrderWindow: .seconds(Int64.max / 4000)))
        for path in paths {
            let bytes: [UInt8]
            do throws(InputFileError) { bytes = try InputFile.page(path) } catch { throw QueryFailure("lapwing: \(path): \(error)") }
            try read(InputFile.shownName(of: path), bytes)
        }
    }

    private func read(_ path: String, _ bytes: [UInt8]) throws(QueryFailure) {
        let protobuf: ProtobufPage?
        do throws(MessageError) {
            protobuf = ProtobufPage.isPage(bytes) ? try ProtobufPage(bytes, keepsClassicBuckets: true) : nil
        } catch {
            throw QueryFailure("lapwing: \(path): \(error.message)")
        }
        let text = protobuf?.text ?? bytes
        var page = ExpositionPage()
        var texts = SeriesTexts()
        do throws(ExpositionError) {
            try page.read(text.span, as: ExpositionFormat(ofPageEnding: text), known: &texts)
            if let protobuf { page.complete(from: protobuf) }
            try append(page, text)
        } catch {
            throw QueryFailure(error.diagnostic.rendered(in: SourceText(name: path, bytes: text)))
        }
    }

    private func append(_ page: ExpositionPage, _ bytes: [UInt8]) throws(ExpositionError) {
        var references: [Int32: SeriesReference] = [:]
        var samples: [(reference: SeriesReference, time: Int64, line: Int)] = []
        for line in 0..<page.count {
            var reference = references[page.series[line]]
            if reference == nil {
                let labels = try page.labels(ofLine: line, in: bytes.span)
                reference = (try? store.references(for: [labels]))?.first
                references[page.series[line]] = reference
            }
            guard let reference else { continue }
            samples.append((reference, page.times[line] == ExpositionPage.noTime ? readAt : page.times[line], line))
        }
        // A page may hold a series' samples in any order; the store takes them in the order of time.
        samples.sort { $0.time < $1.time }
        var batch = SampleBatch()
        for (reference, time, line) in samples {
            let startTime = page.startTimes[line] ?? 0
            if let histogram = page.histograms[line] {
                batch.append(reference, time: time, histogram: histogram, startTime: startTime)
            } else {
                batch.append(reference, time: time, value: page.values[line], startTime: startTime)
            }
        }
        _ = try? store.append(batch)
    }

    func snapshot() -> any SeriesSnapshot { store.snapshot() }

    var times: TimeRange? { store.times }
}
