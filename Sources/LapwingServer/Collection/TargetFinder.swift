import LapwingConfiguration
import LapwingHTTP
import LapwingSeries
import LapwingText
import Synchronization

/// Finds the targets of jobs in files and at URLs, and tells the scrape manager when they change.
///
/// What cannot be read leaves the targets as they were.
final class TargetFinder: Sendable {
    /// How often files are looked at; they are read only when their size, time or permissions have changed.
    static let fileCheckInterval = Duration.seconds(2)

    private struct State {
        var jobs: [ScrapeConfiguration] = []
        var found: [TargetDiscovery: [TargetGroup]] = [:]
        /// What each discovery of files has read, by path.
        var files: [TargetDiscovery: [String: TargetFile]] = [:]
        var tasks: [TargetDiscovery: Task<Void, Never>] = [:]
    }

    private let scrapes: ScrapeManager
    private let client: any HTTPClient
    private let version: String
    private let log: LogWriter
    private let state = Mutex(State())
    /// Held while jobs are handed over, so that an older list never follows a newer one.
    private let handing = Mutex(())
    /// Held while files are read, so that what was read earlier never follows what was read later.
    private let reading = Mutex(())

    init(_ scrapes: ScrapeManager, client: any HTTPClient, version: String, log: LogWriter) {
        self.scrapes = scrapes
        self.client = client
        self.version = version
        self.log = log
    }

    /// Makes these the jobs that are scraped. Files are read anew, whatever is known of them; what was found at a URL that stays is
    /// kept.
    func apply(_ jobs: [ScrapeConfiguration]) {
        let wanted = Set(jobs.flatMap(\.discoveries))
        for discovery in wanted { look(at: discovery, rereads: true) }
        state.withLock { state in
            state.jobs = jobs
            for (discovery, task) in state.tasks where !wanted.contains(discovery) {
                task.cancel()
                state.tasks[discovery] = nil
                state.found[discovery] = nil
                state.files[discovery] = nil
            }
            for discovery in wanted where state.tasks[discovery] == nil {
                state.tasks[discovery] = Task { await self.watch(discovery) }
            }
        }
        hand()
    }

    func stop() {
        state.withLock { state in
            for task in state.tasks.values { task.cancel() }
            state.tasks = [:]
        }
    }

    private func hand() {
        handing.withLock { _ in
            let jobs = state.withLock { state in
                state.jobs.map { job in
                    var job = job
                    job.targetGroups += job.discoveries.flatMap { state.found[$0] ?? [] }
                    return job
                }
            }
            for invalid in scrapes.apply(jobs) { log.log(.error, "a target cannot be scraped", ["reason": "\(invalid)"]) }
        }
    }

    /// - Returns: whether the targets of a discovery that is watched are others now.
    private func take(_ groups: [TargetGroup], of discovery: TargetDiscovery) -> Bool {
        state.withLock { state in
            guard state.tasks[discovery] != nil, state.found[discovery] != groups else { return false }
            state.found[discovery] = groups
            return true
        }
    }

    private func watch(_ discovery: TargetDiscovery) async {
        while !Task.isCancelled {
            let wait: Duration
            switch discovery {
            case .files(_, let interval):
                if look(at: discovery) { hand() }
                wait = interval > .zero ? min(Self.fileCheckInterval, interval) : Self.fileCheckInterval
            case .http(let source):
                if let groups = await groups(at: source), take(groups, of: discovery) { hand() }
                wait = source.refreshInterval
            }
            try? await Task.sleep(for: wait)
        }
    }

    // MARK: Files

    private struct TargetFile {
        var stamp: FileStamp
        var groups: [TargetGroup]
    }

    /// Reads the files of a discovery; nothing where it has none.
    ///
    /// - Parameter rereads: whether those are read too that look as they did.
    /// - Returns: whether its targets are others now.
    @discardableResult
    private func look(at discovery: TargetDiscovery, rereads: Bool = false) -> Bool {
        guard case .files(let patterns, _) = discovery else { return false }
        return reading.withLock { _ in
            let now = files(patterns, before: state.withLock { $0.files[discovery] ?? [:] }, rereads)
            let groups = now.sorted { $0.key < $1.key }.flatMap(\.value.groups)
            return state.withLock { state in
                // It may be watched no longer.
                guard rereads || state.tasks[discovery] != nil else { return false }
                state.files[discovery] = now
                defer { state.found[discovery] = groups }
                return state.found[discovery] != groups
            }
        }
    }

    /// Reads the files that have changed; a file that is gone has no targets, and one that is wrong those of before.
    private func files(_ patterns: [String], before: [String: TargetFile], _ rereads: Bool) -> [String: TargetFile] {
        var now: [String: TargetFile] = [:]
        for path in Set(patterns.flatMap(RuleLoading.paths)) {
            guard let stamp = FileStamp(of: path) else { continue }
            if let old = before[path], old.stamp == stamp, !rereads {
                now[path] = old
                continue
            }
            var file = before[path] ?? TargetFile(stamp: stamp, groups: [])
            file.stamp = stamp
            do {
                file.groups = try Self.marked(TargetGroup.read(ConfigurationLoading.source(path)), "__meta_filepath", path)
            } catch {
                log.log(.error, "targets cannot be read, those of before stay", ["file": path, "err": "\(error)"])
            }
            now[path] = file
        }
        return now
    }

    private static func marked(_ groups: [TargetGroup], _ name: String, _ value: String) -> [TargetGroup] {
        groups.map { TargetGroup(targets: $0.targets, labels: $0.labels.setting(name, value)) }
    }

    // MARK: URLs

    /// - Returns: nil when they could not be had; the reason is in the log.
    private func groups(at source: HTTPTargetDiscovery) async -> [TargetGroup]? {
        let shownURL = HTTPURL.shown(source.url)
        do {
            var headers: HTTPHeaders = ["Accept": "application/json", "User-Agent": "Lapwing/\(version)"]
            headers["X-Prometheus-Refresh-Interval-Seconds"] = GoNumber.text(source.refreshInterval / .seconds(1), .fixed)
            var request = HTTPClientRequest(url: source.url, headers: headers, timeout: source.refreshInterval)
            try request.apply(source.client, readFile: RuleLoading.secret)
            let response = try await client.send(request)
            guard response.status == .ok else { throw ScrapeError("server returned HTTP status \(response.status)") }
            let type = (response.headers["Content-Type"] ?? "").lowercased()
            guard type.prefix(while: { $0 != ";" }) == "application/json" else {
                throw ScrapeError("unsupported content type \(GoQuote.quote(type)), expected application/json")
            }
            return Self.marked(try TargetGroup.read(SourceText(name: shownURL, bytes: response.body), isJSON: true), "__meta_url", shownURL)
        } catch {
            if !Task.isCancelled { log.log(.error, "targets cannot be had, those of before stay", ["url": shownURL, "err": "\(error)"]) }
            return nil
        }
    }
}
