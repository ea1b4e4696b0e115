public import LapwingSeries
import LapwingText

/// What one Alertmanager has still to be told, in order, and when to try.
///
/// Pure, like `WebhookDispatcher`. Alertmanager groups and repeats by itself; it only wants every state of every alert.
/// Unlike Prometheus, which drops a batch that could not be sent, the queue keeps it and tries again.
/// Source: Prometheus 3.14 `notifier/sendloop.go`, `notifier/manager.go`.
public struct AlertmanagerQueue: Sendable {
    /// Alerts in one request.
    public static let maximumBatch = 256
    /// Alerts that wait; past it the oldest go, but none that is on its way.
    public static let capacity = 10_000

    /// In the order in which they are to be sent; numbers grow.
    private var waiting: [(number: UInt64, alert: NotifiedAlert)] = []
    /// Where the newest telling of an episode waits that is not on its way.
    private var episodes: [Episode: UInt64] = [:]
    private var nextNumber: UInt64 = 1
    private var inFlight = 0
    public private(set) var attempt = 0
    private var retryAt: Timestamp?
    private var jitter: Jitter
    private let notePrefix: String
    private var changed: Set<UInt64> = []

    private struct Episode: Hashable {
        var labels: Labels
        var startsAt: Timestamp
        var isResolved: Bool

        init(_ alert: NotifiedAlert) {
            labels = alert.labels
            startsAt = alert.startsAt
            isResolved = alert.endsAt != nil
        }
    }

    /// - Parameter notePrefix: what the keys of its notes begin with.
    public init(jitterSeed: UInt64, notePrefix: String = "") {
        jitter = Jitter(seed: jitterSeed)
        self.notePrefix = notePrefix
    }

    public var count: Int { waiting.count }

    /// Takes in alerts to tell; a newer telling of the same episode takes the place of one that still waits.
    ///
    /// - Returns: alerts that the capacity pushed out.
    /// - Complexity: O(alerts log waiting).
    @discardableResult
    public mutating func receive(_ alerts: [NotifiedAlert]) -> [NotifiedAlert] {
        for alert in alerts {
            if let place = episodes[Episode(alert)].flatMap(index) {
                waiting[place].alert = alert
                changed.insert(waiting[place].number)
            } else {
                append(nextNumber, alert)
                changed.insert(nextNumber)
                nextNumber += 1
            }
        }
        return drop(inFlight..<inFlight + max(0, waiting.count - Self.capacity))
    }

    /// Lets all go that waits, because there is nobody any more to tell.
    mutating func abandon() -> [NotifiedAlert] { drop(0..<waiting.count) }

    private mutating func drop(_ places: Range<Int>) -> [NotifiedAlert] {
        let dropped = waiting[places].map(\.alert)
        changed.formUnion(waiting[places].map(\.number))
        for alert in dropped { episodes[Episode(alert)] = nil }
        waiting.removeSubrange(places)
        return dropped
    }

    private mutating func append(_ number: UInt64, _ alert: NotifiedAlert) {
        waiting.append((number, alert))
        episodes[Episode(alert)] = number
    }

    private func index(of number: UInt64) -> Int? {
        var (low, high) = (0, waiting.count)
        while low < high {
            let middle = (low + high) / 2
            if waiting[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low < waiting.count && waiting[low].number == number ? low : nil
    }

    /// The alerts to send now, or none.
    public mutating func takeBatch(at now: Timestamp) -> [NotifiedAlert] {
        guard inFlight == 0, !waiting.isEmpty, retryAt.map({ $0 <= now }) ?? true else { return [] }
        inFlight = min(Self.maximumBatch, waiting.count)
        let batch = waiting.prefix(inFlight).map(\.alert)
        // What is on its way is not changed any more.
        for alert in batch { episodes[Episode(alert)] = nil }
        return batch
    }

    /// Takes in how the batch went.
    public mutating func completed(_ outcome: DeliveryOutcome, at now: Timestamp) {
        let sent = waiting.prefix(inFlight)
        inFlight = 0
        switch outcome {
        case .accepted, .refused:
            changed.formUnion(sent.map(\.number))
            waiting.removeFirst(sent.count)
            attempt = 0
            retryAt = nil
        case .failed(let retryAfter, _):
            retryAt = now + jitter.wait(attempt: attempt, asked: retryAfter)
            attempt += 1
            for (number, alert) in sent where episodes[Episode(alert)] == nil { episodes[Episode(alert)] = number }
        }
    }

    /// The clock has been set back by so much.
    mutating func goBack(by step: Duration) { retryAt = retryAt.map { $0 - step } }

    /// When `takeBatch` has something to give without anything else happening.
    public var nextWake: Timestamp? { waiting.isEmpty || inFlight > 0 ? nil : retryAt ?? .distantPast }

    // MARK: Notes

    /// What has changed since this was last asked: each alert that waits has a note, by its number.
    mutating func takeNotes() -> [Note] {
        defer { changed = [] }
        return changed.sorted().map { number in
            Note("\(notePrefix)\(number)", index(of: number).map { waiting[$0].alert.noteBytes })
        }
    }

    /// Takes up what a process before this one has left: notes below the prefix, their keys without it.
    ///
    /// - Returns: what could not be understood.
    mutating func restore(_ notes: [Note]) -> [String] {
        var faults: [String] = []
        var found: [(UInt64, NotifiedAlert)] = []
        for note in notes {
            guard let number = UInt64(note.key), let value = note.value else { continue }
            do throws(NoteReader.Malformed) {
                found.append((number, try NotifiedAlert(noteBytes: value)))
            } catch {
                faults.append("note \(notePrefix)\(note.key): \(error)")
            }
        }
        for (number, alert) in found.sorted(by: { $0.0 < $1.0 }) {
            append(number, alert)
            nextNumber = number + 1
        }
        return faults
    }

    // MARK: Payload

    /// The body of `POST /api/v2/alerts`.
    public static func json(of alerts: [NotifiedAlert]) -> [UInt8] {
        var json = JSONWriter(reservingCapacity: alerts.count * 400)
        json.array { json in
            for alert in alerts {
                json.object { json in
                    json.key("annotations")
                    json.labels(alert.annotations)
                    json.member("endsAt", TimeText.rfc3339(milliseconds: (alert.endsAt ?? alert.validUntil).milliseconds))
                    json.member("startsAt", TimeText.rfc3339(milliseconds: alert.startsAt.milliseconds))
                    json.member("generatorURL", alert.generatorURL)
                    json.key("labels")
                    json.labels(alert.labels)
                }
            }
        }
        return json.bytes
    }
}
