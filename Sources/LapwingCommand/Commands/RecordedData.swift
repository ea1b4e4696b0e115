import LapwingBlocks
import LapwingPromQL
import LapwingRemote
import LapwingSeries
import LapwingServer
import LapwingStorage
import LapwingSystem

/// What `--data` names, opened: exposition pages, the data directories of a Prometheus, or one of lapwing's own.
struct RecordedData {
    let snapshot: any SeriesSnapshot
    /// Types, units and help texts by metric, as far as they are recorded.
    private(set) var metadata: [String: MetricMetadata] = [:]
    /// What was left out, one sentence each.
    private(set) var remarks: [String] = []
    /// When there are samples, where that is known.
    private(set) var times: TimeRange?
    /// Where the samples come from a server: what it has to say when there is no answer.
    private(set) var remote: RemoteRecording?

    /// What a path holds; a directory of another kind is added here, and where this is switched over.
    enum Kind: Hashable {
        case page, prometheus, lapwing

        init?(_ path: String) {
            if path == "-" {
                self = .page
                return
            }
            guard let isFolder = FileManager.default.isFolder(atPath: path) else { return nil }
            if !isFolder {
                self = .page
            } else if PrometheusData.isData(path) {
                self = .prometheus
            } else if Store.isData(path) {
                self = .lapwing
            } else {
                return nil
            }
        }
    }

    /// A server's samples, which are asked for when they are needed, by a thread that may wait.
    ///
    /// - Parameters:
    ///   - anchor: an instant at which it matters whether a series is stale.
    ///   - step: the distance of these instants.
    init(server api: RemoteAPI, anchor: Timestamp, step: Duration) {
        let recording = RemoteRecording(api: api, anchor: anchor, step: step)
        (snapshot, remote) = (recording, recording)
    }

    /// - Throws: what a server said instead of an answer.
    func checkServer() throws(QueryFailure) {
        if let fault = remote?.fault { throw QueryFailure(fault) }
    }

    /// - Throws: the file that cannot be read, with its line or byte.
    init(_ paths: [String], readAt now: Timestamp = .now) throws(QueryFailure) {
        var kinds: Set<Kind> = []
        for path in paths {
            guard let kind = Kind(path) else { throw Self.unknown(path) }
            kinds.insert(kind)
        }
        guard kinds.count <= 1 else { throw QueryFailure("lapwing: pages and data directories cannot be read together; ask each by itself") }
        switch kinds.first {
        case .prometheus:
            do throws(ReadError) {
                let data = try PrometheusData(paths: paths)
                (snapshot, metadata, remarks, times) = (data.snapshot(), data.metadata, data.remarks, data.times)
            } catch {
                throw QueryFailure("lapwing: \(error)")
            }
        case .lapwing:
            guard paths.count == 1 else { throw QueryFailure("lapwing: one data directory of lapwing's is read at a time, not \(paths.count)") }
            do throws(StorageError) {
                let (store, report) = try Store.read(paths[0])
                (snapshot, remarks, times) = (store.snapshot(), report.damages, store.times)
            } catch {
                throw QueryFailure("lapwing: \(error)")
            }
        case .page, nil:
            let pages = try RecordedPages(paths, readAt: now)
            (snapshot, times) = (pages.snapshot(), pages.times)
        }
    }

    private static func unknown(_ path: String) -> QueryFailure {
        guard FileManager.default.isReadableFile(atPath: path) else { return QueryFailure("lapwing: \(path): \(InputFile.fault(of: path))") }
        return QueryFailure("lapwing: \(path) is no data directory: it has neither blocks nor wal, as Prometheus' have, nor a log or checkpoint, as lapwing's")
    }

    /// The matchers of a selector.
    static func matchers(_ selector: String) throws(QueryFailure) -> [Matcher] {
        do throws(PromQLSyntaxError) {
            return try Parser.parseSelector(selector)
        } catch {
            throw QueryFailure(error.rendered(in: selector, name: "selector"))
        }
    }

    static func found<T>(_ read: () throws(ReadError) -> T) throws(QueryFailure) -> T {
        do throws(ReadError) {
            return try read()
        } catch {
            throw QueryFailure("lapwing: \(error)")
        }
    }
}

extension Store {
    /// From the first sample to the last; nil where there is none.
    var times: TimeRange? {
        let statistics = statistics
        guard let oldest = statistics.oldest, let newest = statistics.newest else { return nil }
        return TimeRange(start: oldest, end: newest)
    }
}
