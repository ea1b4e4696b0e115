import LapwingLint
import LapwingSeries
import LapwingServer
import LapwingSystem
import LapwingText

/// `lapwing check`: looks for what is wrong with a file before it is used.
enum CheckCommand {
    static func run(_ arguments: Arguments) throws(UsageError) -> ExitStatus {
        Heap.growInLargeSteps()
        // Rules are read and looked at by two threads: the other gets ready while this one reads its first file.
        HelperThread.prepare()
        Heap.makeRoom()
        guard let kind = arguments.operands.first else {
            throw UsageError("check needs what to check: rules FILE…, config FILE… or metrics [FILE]")
        }
        let kinds = ["rules", "config", "metrics"]
        guard kinds.contains(kind) else {
            throw UsageError("check knows rules, config and metrics, not \(kind)", nearest: Spelling.nearest(to: kind, in: kinds))
        }
        let paths = Array(arguments.operands.dropFirst())
        if paths.isEmpty, kind != "metrics" { throw UsageError("check \(kind) needs a file") }
        let format = arguments.text("--output").flatMap(FindingFormat.init) ?? .text
        let plan = try LintPlan(arguments)
        let findings: [Finding]
        do throws(QueryFailure) {
            let data = kind == "metrics" ? nil : try plan.data()
            switch kind {
            case "rules": findings = CheckedRules.findings(in: paths, areLoadedTogether: false, try plan.settings(data))
            case "config": findings = CheckedConfiguration.findings(in: paths, plan, data)
            default: findings = (paths.isEmpty ? ["-"] : paths).flatMap { CheckedPage.findings(in: $0, lints: !plan.checks.isEmpty) }
            }
            try data?.checkServer()
        } catch {
            Console.error(error.text + "\n")
            return .failure
        }
        Console.output(format.text(findings))
        if findings.contains(where: { $0.diagnostic.severity == .error }) { return .failure }
        return arguments.has("--lint-fatal") && findings.contains { $0.isLint } ? .lint : .success
    }
}

/// Which checks are to run, and by what they go.
struct LintPlan {
    let checks: Set<String>
    private let source: ReplaySource?
    private let policyPath: String?
    private let scrapeInterval: Duration?
    private let evaluationInterval: Duration?

    init(_ arguments: Arguments) throws(UsageError) {
        let paths = arguments.texts("--data")
        source = paths.isEmpty && !arguments.has("--server") ? nil : try ReplaySource(arguments, "check", paths: paths)
        policyPath = arguments.text("--policy")
        scrapeInterval = try arguments.interval("--scrape-interval")
        evaluationInterval = try arguments.interval("--evaluation-interval")
        var needs: Set<LintNeed> = [.nothing]
        if policyPath != nil { needs.insert(.policy) }
        if source != nil { needs.insert(.data) }
        var checks: Set<String> = []
        for word in (arguments.text("--lint") ?? "default").split(separator: ",").map(String.init) {
            let name = Lint.synonyms[word] ?? word
            switch name {
            case "default", "all": checks.formUnion(Lint.names(needing: needs))
            case "none": break
            default:
                guard let check = Lint.checks.first(where: { $0.name == name }) else {
                    throw UsageError("unknown check \(word)", nearest: Spelling.nearest(to: word, in: Lint.checks.map(\.name)))
                }
                guard needs.contains(check.need) else {
                    throw UsageError("\(name) needs \(check.need == .policy ? "--policy FILE" : "--data PATH or --server URL")")
                }
                checks.insert(name)
            }
        }
        self.checks = checks
    }

    /// What rules are held against, opened.
    func data() throws(QueryFailure) -> RecordedData? {
        try source?.opened(anchor: nil, step: evaluationInterval ?? .seconds(15))
    }

    /// - Parameters:
    ///   - scrapeInterval: that of a configuration, which a flag overrides.
    func settings(
        _ data: RecordedData?, scrapeInterval: Duration? = nil, evaluationInterval: Duration? = nil
    ) throws(QueryFailure) -> LintSettings {
        var settings = LintSettings(now: .now)
        settings.checks = checks
        settings.scrapeInterval = self.scrapeInterval ?? scrapeInterval ?? settings.scrapeInterval
        if let interval = self.evaluationInterval ?? evaluationInterval {
            (settings.evaluationInterval, settings.knowsEvaluationInterval) = (interval, true)
        }
        if let policyPath { settings.policy = try Self.policy(policyPath) }
        if let data { settings.data = try Self.data(data) }
        return settings
    }

    private static func policy(_ path: String) throws(QueryFailure) -> LintPolicy {
        let source: SourceText
        do throws(InputFileError) {
            source = try InputFile.read(path)
        } catch {
            throw QueryFailure("lapwing: \(path): \(error)")
        }
        do throws(SourceError) {
            return try LintPolicy.read(source)
        } catch {
            throw QueryFailure(error.description)
        }
    }

    /// How much of a server's data is looked at, up to now.
    private static let reach = Duration.seconds(86_400)

    private static func data(_ data: RecordedData) throws(QueryFailure) -> LintData {
        let now = Timestamp.now
        let times = data.remote == nil ? data.times : TimeRange(start: now - reach, end: now)
        guard let times else { throw QueryFailure("lapwing: the data holds no sample") }
        return LintData(snapshot: data.snapshot, metadata: data.metadata, times: times)
    }
}
