import Foundation
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
        var tasks: [TargetDiscovery: Task<Void, Never>] = [:]
    }

    private let scrapes: ScrapeManager
    private let client: any HTTPClient
    private let version: String
    private let log: LogWriter
    private let state = Mutex(State())
    /// Held while jobs are handed over, so that an older list never follows a newer one.
    private let handing = Mutex(())

    init(_ scrapes: ScrapeManager, client: any HTTPClient, version: String, log: LogWriter) {
        self.scrapes = scrapes
        self.client = client
        self.version = version
        self.log = log
    }

    /// Makes these the jobs that are scraped; what was found for a discovery that stays is kept.
    func apply(_ jobs: [ScrapeConfiguration]) {
        let wanted = Set(jobs.flatMap(\.discoveries))
        var fresh: [TargetDiscovery: [TargetGroup]] = [:]
        for discovery in wanted {
            guard case .files(let patterns, _) = discovery else { continue }
            fresh[discovery] = files(patterns, before: [:]).flatMap(\.value.groups)
        }
        state.withLock { state in
            state.jobs = jobs
            for (discovery, task) in state.tasks where !wanted.contains(discovery) {
                task.cancel()
                state.tasks[discovery] = nil
                state.found[discovery] = nil
            }
            for discovery in wanted where state.tasks[discovery] == nil {
                state.found[discovery] = fresh[discovery]
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

    private func take(_ groups: [TargetGroup], of discovery: TargetDiscovery) {
        let isNew = state.withLock { state in
            guard state.tasks[discovery] != nil, state.found[discovery] != groups else { return false }
            state.found[discovery] = groups
            return true
        }
        if isNew { hand() }
    }

    private func watch(_ discovery: TargetDiscovery) async {
        var known: [String: TargetFile] = [:]
        while !Task.isCancelled {
            let wait: Duration
            switch discovery {
            case .files(let patterns, let interval):
                known = files(patterns, before: known)
                take(known.sorted { $0.key < $1.key }.flatMap(\.value.groups), of: discovery)
                wait = interval > .zero ? min(Self.fileCheckInterval, interval) : Self.fileCheckInterval
            case .http(let source):
                if let groups = await groups(at: source) { take(groups, of: discovery) }
                wait = source.refreshInterval
            }
            try? await Task.sleep(for: wait)
        }
    }

    // MARK: Files

    private struct TargetFile {
        var stamp: String
        var groups: [TargetGroup]
    }

    /// Reads the files that have changed; a file that is gone has no targets, and one that is wrong those of before.
    private func files(_ patterns: [String], before: [String: TargetFile]) -> [String: TargetFile] {
        var now: [String: TargetFile] = [:]
        for path in Set(patterns.flatMap(RuleLoading.paths)) {
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { continue }
            let stamp = Self.stamp(attributes)
            if let old = before[path], old.stamp == stamp {
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

    /// By what a file is known to be unchanged. Permissions among it: a file that may be read again has no other time.
    private static func stamp(_ attributes: [FileAttributeKey: Any]) -> String {
        let keys: [FileAttributeKey] = [.modificationDate, .size, .systemFileNumber, .posixPermissions, .ownerAccountID, .groupOwnerAccountID]
        return keys.map { "\(attributes[$0] ?? "")" }.joined(separator: " ")
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
            return Self.marked(try TargetGroup.read(SourceText(name: shownURL, bytes: response.body)), "__meta_url", shownURL)
        } catch {
            if !Task.isCancelled { log.log(.error, "targets cannot be had, those of before stay", ["url": shownURL, "err": "\(error)"]) }
            return nil
        }
    }
}
