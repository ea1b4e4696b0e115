import LapwingAlerting
import LapwingRegex
public import LapwingSeries
public import LapwingText

/// The alerts of one name that have a state at one time, or over a span.
public struct AlertExpectation: Sendable {
    /// Annotations by their names; unlike a label one may be empty.
    typealias Labeled = (labels: Labels, annotations: [Label])

    /// How labels and annotations are compared.
    public enum Matching: String, Sendable, CaseIterable {
        case exact
        /// Those that are given; an alert may have others.
        case subset
        /// Likewise, and their values are regular expressions for the whole value.
        case regex
    }

    /// How often in a span it has to be so.
    public enum Frequency: String, Sendable, CaseIterable {
        case never, always
        /// At least once.
        case within
    }

    /// Which alerts are looked at; `inactive`: those that are pending or firing, of which there should be none.
    public enum State: String, Sendable, CaseIterable { case firing, pending, inactive }

    public var time: Duration = .zero
    public var span: (frequency: Frequency, range: ClosedRange<Duration>)?
    public var alertName: String
    public var state = State.firing
    public var matching = Matching.exact
    /// Annotations that may be what they like.
    public var ignoredAnnotations: [String] = []
    public var alerts: [(labels: Labels, annotations: [Label])] = []
    /// Whether there may be others than these.
    public var allowsOthers = false
    public var range: SourceRange

    func isAbout(_ alert: Alert) -> Bool {
        switch state {
        case .firing: alert.state == .firing
        case .pending: alert.state == .pending
        case .inactive: true
        }
    }

    /// Whether there should be none like these, of whichever kind where none is given.
    private var isOfAbsence: Bool { state == .inactive || span?.frequency == .never }

    /// Both sides where they differ; nil where all is as expected.
    func difference(from got: [Labeled]) -> String? {
        let found = ordered(got)
        if isOfAbsence {
            let unwanted = found.filter { one in alerts.isEmpty || alerts.contains { matches($0, one) } }
            return unwanted.isEmpty ? nil : AlignedDifference(expected: [], got: unwanted.map(Self.item)).text
        }
        let expected = ordered(alerts)
        if allowsOthers || expected.count == found.count, Self.pairs(expected, found, matches) { return nil }
        // Who expects some labels hears of those.
        let isPartial = matching != .exact && !alerts.isEmpty && !allowsOthers
        let item = { (alert: Labeled) in Self.item(isPartial ? expectedPart(of: alert) : alert) }
        return AlignedDifference(expected: expected.map(item), got: found.map(item)).text
    }

    private func ordered(_ alerts: [Labeled]) -> [Labeled] {
        alerts.map { ($0.labels, saidOf($0.annotations)) }.sorted { ($0.0, $0.1.pairsText) < ($1.0, $1.1.pairsText) }
    }

    private static func item(_ alert: Labeled) -> AlignedDifference.Item {
        AlignedDifference.Item(
            text: "\(alert.labels) annotations \(alert.annotations.pairsText)",
            fields: alert.labels.map { ($0.name, GoQuote.quote($0.value)) } + alert.annotations.map { ("annotation \($0.name)", GoQuote.quote($0.value)) })
    }

    /// Of what was got the names that the expected alerts have.
    func expectedPart(of alert: Labeled) -> Labeled {
        let names = Set(alerts.flatMap { $0.annotations.map(\.name) })
        return (alert.labels.keeping(LabelNames(alerts.flatMap { $0.labels.map(\.name) })), alert.annotations.filter { names.contains($0.name) })
    }

    /// Annotations but those that may be what they like.
    func saidOf(_ annotations: [Label]) -> [Label] { annotations.filter { !ignoredAnnotations.contains($0.name) } }

    private func matches(_ expected: Labeled, _ found: Labeled) -> Bool {
        matching == .exact
            ? expected.labels == found.labels && expected.annotations == found.annotations
            : contains(Array(found.labels), Array(expected.labels)) && contains(found.annotations, expected.annotations)
    }

    private func contains(_ found: [Label], _ wanted: [Label]) -> Bool {
        wanted.allSatisfy { label in
            guard let value = found.first(where: { $0.name == label.name })?.value else { return false }
            // The name is one, and no pattern, however it reads.
            if matching == .subset || label.name == LabelName.alert { return value == label.value }
            return (try? RegularExpression(label.value, options: .go))?.matchesWhole(value) ?? false
        }
    }

    /// Whether each expected alert can have a found one of its own: Kuhn's augmenting paths.
    ///
    /// - Complexity: O(expected² × found) at worst, O(expected × found) where few expectations are like one another.
    private static func pairs(_ expected: [Labeled], _ found: [Labeled], _ matches: (Labeled, Labeled) -> Bool) -> Bool {
        var owners = [Int?](repeating: nil, count: found.count)
        func find(for index: Int, _ tried: inout Set<Int>) -> Bool {
            for place in found.indices where !tried.contains(place) && matches(expected[index], found[place]) {
                tried.insert(place)
                if let owner = owners[place], !find(for: owner, &tried) { continue }
                owners[place] = index
                return true
            }
            return false
        }
        return expected.indices.allSatisfy { index in
            var tried: Set<Int> = []
            return find(for: index, &tried)
        }
    }
}

extension [Label] {
    /// In the order of names.
    var byName: [Label] { sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } }

    /// As labels are written, empty values too.
    fileprivate var pairsText: String { "{" + map { "\($0.name)=\(GoQuote.quote($0.value))" }.joined(separator: ", ") + "}" }
}
