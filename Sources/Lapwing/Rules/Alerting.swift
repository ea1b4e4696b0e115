public import LapwingAlerting
public import LapwingHTTP
public import LapwingNotify
import LapwingPromQL
public import LapwingRules
public import LapwingSeries
public import LapwingStorage
import LapwingSystem
import LapwingText

/// Rules evaluated over a store at their instants, and receivers told of what fires.
///
/// `RuleScheduler` and `Notifier`, put together as most programs want them. Where the store has a directory, alerts and what
/// is still to be told survive a restart.
public final class Alerting: Sendable {
    /// What is worth a line in a log.
    public enum Event: Sendable, CustomStringConvertible {
        case changed(AlertTransition)
        case ruleFailed(group: String, rule: String, String)
        case notified(Notifier.Event)
        /// What a process before this one has left and cannot be understood.
        case trouble(String)

        public var description: String {
            switch self {
            case .changed(let transition): "alert \(transition.change.rawValue): \(transition.alert.labels)"
            case .ruleFailed(let group, let rule, let message): "rule \(rule) of group \(group) failed: \(message)"
            case .notified(let event): "\(event)"
            case .trouble(let message): message
            }
        }
    }

    public let scheduler: RuleScheduler
    public let notifier: Notifier

    /// - Parameters:
    ///   - interval: between the evaluations of a group that names none.
    ///   - externalLabels: what receivers are told beside an alert's own labels.
    ///   - externalURL: the address at which people reach the program, for links.
    ///   - observer: told of what happens, by threads of its own; it does not wait.
    public init(
        over store: Store, telling webhooks: [WebhookReceiver] = [], alertmanagers: [AlertmanagerReceiver] = [],
        every interval: Duration = .seconds(15), externalLabels: Labels = .empty, externalURL: String = "",
        client: any HTTPClient = SocketHTTPClient(), observer: @escaping @Sendable (Event) -> Void = { _ in }
    ) {
        var receivers = Notifier.Configuration()
        (receivers.webhooks, receivers.alertmanagers, receivers.externalURL) = (webhooks, alertmanagers, externalURL)
        receivers.jitterSeed = UInt64.random(in: 0...UInt64.max)
        var surroundings = Notifier.Surroundings(client: client)
        surroundings.notes = store
        surroundings.observer = { observer(.notified($0)) }
        let notifier = Notifier(receivers, surroundings)
        self.notifier = notifier
        scheduler = RuleScheduler(
            environment: RuleEnvironment(
                querier: SourceQuerier(engine: QueryEngine(), source: store), sink: store, externalLabels: externalLabels,
                externalURL: externalURL, defaultInterval: interval),
            resuming: RuleResumption(from: store, store, at: .now, rule: RestartRule()) { observer(.trouble($0)) }
        ) { group, outcome in
            notifier.receive(outcome, of: group, externalLabels: externalLabels, externalURL: externalURL)
            for failure in outcome.failures { observer(.ruleFailed(group: group.name, rule: group.rules[failure.rule].name, failure.message)) }
            for transition in outcome.transitions { observer(.changed(transition)) }
        }
    }

    /// Evaluates the rules of these files from now on, in the place of those before; alerts of rules that stay go on.
    ///
    /// - Throws: what is wrong with a file and where; the rules before stay then.
    public func load(paths: [String]) async throws {
        await load(try paths.map { path in try RuleFile.read(Self.source(path)) })
    }

    private static func source(_ path: String) throws(SourceError) -> SourceText {
        do throws(SystemError) {
            return SourceText(name: path, bytes: try ByteStream.contents(of: path))
        } catch {
            throw SourceError(SourceText(name: path, ""), [Diagnostic("the file cannot be read: \(error)", check: "file")])
        }
    }

    /// The same with files that were read already.
    public func load(_ files: [RuleFile]) async {
        await scheduler.load(files.flatMap(\.groups))
        notifier.begin()
    }

    /// Ends evaluation, and gives what is on its way to receivers `grace` to arrive.
    public func stop(grace: Duration = .seconds(2)) async {
        await scheduler.stop()
        await notifier.stop(grace: grace)
    }
}

extension Notifier {
    /// Takes in what an evaluation means for receivers, and with it the alerts' state into the log.
    public func receive(_ outcome: GroupOutcome, of group: RuleGroup, externalLabels: Labels, externalURL: String) {
        let due = outcome.alerts.flatMap { rule in
            NotifiedAlert.alerts(rule.due, expression: rule.expression, externalLabels: externalLabels, externalURL: externalURL)
        }
        let changes = outcome.transitions.map { AlertHistory.Change($0, group: group.name, file: group.file) }
        receive(due, changes, at: outcome.at, keeping: outcome.notes)
    }
}
