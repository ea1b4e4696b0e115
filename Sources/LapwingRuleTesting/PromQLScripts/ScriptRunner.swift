import LapwingPromQL
import LapwingRegex
import LapwingSeries
import LapwingStorage
public import LapwingText

/// Runs a PromQL test script: one outcome for each `eval`, and none for anything else.
public struct ScriptRunner {
    private let source: SourceText
    private let commands: [ScriptCommand]
    private var store = ScriptRunner.emptyStore()
    private let engine = QueryEngine()

    /// - Throws: what of the script cannot be read.
    public init(_ source: SourceText) throws(SourceError) {
        self.source = source
        var reader = ScriptReader(source)
        try reader.read()
        commands = reader.commands
    }

    private static func emptyStore() -> Store {
        Store(options: StoreOptions(retention: nil, outOfOrderWindow: .seconds(4_000_000_000)))
    }

    public mutating func run() -> [TestOutcome] {
        var outcomes: [TestOutcome] = []
        // What could not be loaded fails the evaluation after it.
        var loadFaults: [Diagnostic] = []
        for command in commands {
            switch command.kind {
            case .clear: store = Self.emptyStore()
            case .load(let interval, let addsCustomBuckets):
                loadFaults += load(command, interval: interval, addsCustomBuckets: addsCustomBuckets)
            case .instant, .range:
                let start = ContinuousClock.now
                let failure = evaluate(command).map { Diagnostic($0, at: command.range) }
                let line = source.position(of: command.range.lowerBound).line
                outcomes.append(
                    TestOutcome(
                        name: "line \(line)", failures: loadFaults + (failure.map { [$0] } ?? []), source: source,
                        duration: start.duration(to: .now)))
                loadFaults = []
            }
        }
        return outcomes
    }

    // MARK: Loading

    private func load(_ command: ScriptCommand, interval: Int64, addsCustomBuckets: Bool) -> [Diagnostic] {
        var faults: [Diagnostic] = []
        var series: [Labels: [NotatedValue]] = [:]
        for (text, range) in command.lines {
            do throws(PromQLSyntaxError) {
                let (labels, values) = try Self.series(text)
                // Of two lines for one series the last holds.
                series[labels] = values
            } catch {
                faults.append(Diagnostic(error.message, at: range))
            }
        }
        if addsCustomBuckets { faults.append(Diagnostic("load_with_nhcb is not there yet: floats alone are loaded", at: command.range)) }
        for (labels, values) in series { append(labels, values, interval: interval) }
        return faults
    }

    private func append(_ labels: Labels, _ values: [NotatedValue], interval: Int64) {
        guard let reference = try? store.references(for: [labels]).first else { return }
        var batch = SampleBatch()
        for (index, value) in values.enumerated() {
            let time = Int64(index) * interval
            switch value {
            case .gap: break
            case .float(let float): batch.append(reference, time: time, value: float)
            case .histogram(let histogram): batch.append(reference, time: time, histogram: histogram)
            }
        }
        _ = try? store.append(batch)
    }

    /// A line's labels and values; the labels end where the braces close, or at the first space.
    private static func series(_ line: String) throws(PromQLSyntaxError) -> (Labels, [NotatedValue]) {
        let bytes = Array(line.utf8)
        var end = 0
        var depth = 0
        var quote: UInt8?
        while end < bytes.count {
            let byte = bytes[end]
            if let open = quote {
                if byte == UInt8(ascii: "\\"), open != UInt8(ascii: "`") { end += 1 } else if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`") {
                quote = byte
            } else if byte == UInt8(ascii: "{") {
                if depth == 0, end + 1 < bytes.count, bytes[end + 1] == UInt8(ascii: "{") { break }
                depth += 1
            } else if byte == UInt8(ascii: "}") {
                depth -= 1
                if depth == 0 {
                    end += 1
                    break
                }
            } else if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t"), depth == 0 {
                let next = bytes[end...].first { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
                // A space may stand between name and braces, but not before a histogram's.
                let isBrace = next == UInt8(ascii: "{") && !String(decoding: bytes[end...], as: UTF8.self).drop { $0 == " " }.hasPrefix("{{")
                if !isBrace { break }
            }
            end += 1
        }
        let head = String(decoding: bytes[..<min(end, bytes.count)], as: UTF8.self)
        let rest = String(decoding: bytes[min(end, bytes.count)...], as: UTF8.self)
        return (try SeriesNotation.labels(head), try SeriesNotation.values(rest))
    }

    // MARK: Evaluating

    /// What went otherwise than expected; nil when nothing did.
    private func evaluate(_ command: ScriptCommand) -> String? {
        var result: QueryResult?
        var message = ""
        var query = ""
        do throws(QueryError) {
            switch command.kind {
            case .instant(let text, let time):
                query = text
                result = try engine.instant(try engine.prepare(text), at: Timestamp(milliseconds: time), over: store.snapshot())
            case .range(let text, let start, let end, let step):
                query = text
                result = try engine.range(
                    try engine.prepare(text), from: Timestamp(milliseconds: start), through: Timestamp(milliseconds: end),
                    step: .milliseconds(step), over: store.snapshot())
            case .load, .clear: return nil
            }
        } catch {
            message = error.description
        }
        let wantsFailure = command.expectations.contains { if case .fails = $0 { true } else { false } }
        guard let result else {
            if !wantsFailure { return "the query failed: \(message)" }
            for case .fails(let match?) in command.expectations where !Self.holds(match, message) { return "the query failed otherwise: \(message)" }
            return nil
        }
        if wantsFailure { return "the query was expected to fail and did not" }
        if let fault = annotationFault(command, result, query) { return fault }
        return ResultComparison(command, result).fault
    }

    private func annotationFault(_ command: ScriptCommand, _ result: QueryResult, _ query: String) -> String? {
        let warnings = result.annotations.texts(of: .warning, in: query)
        let infos = result.annotations.texts(of: .information, in: query)
        for expectation in command.expectations {
            switch expectation {
            case .warning(let match):
                if !warnings.contains(where: { Self.holds(match, $0) }) { return "expected a warning, got \(warnings)" }
            case .information(let match):
                if !infos.contains(where: { Self.holds(match, $0) }) { return "expected an info, got \(infos)" }
            case .noWarning: if !warnings.isEmpty { return "expected no warning, got \(warnings)" }
            case .noInformation: if !infos.isEmpty { return "expected no info, got \(infos)" }
            case .fails, .ordered, .string, .rangeVector: break
            }
        }
        return nil
    }

    private static func holds(_ match: ScriptCommand.TextMatch?, _ text: String) -> Bool {
        switch match {
        case nil: true
        case .exact(let wanted): text == wanted
        case .pattern(let pattern): (try? RegularExpression(pattern, options: .go))?.firstMatch(in: text) != nil
        }
    }

    /// The labels and values of an expected line, or a number alone.
    static func expected(_ line: String) throws(PromQLSyntaxError) -> (labels: Labels, values: [NotatedValue]) {
        if let first = line.utf8.first, first &- 0x30 <= 9 || first == UInt8(ascii: "-") || first == UInt8(ascii: "+") || first == UInt8(ascii: "."),
            let number = GoNumber.parse(line)
        {
            return (.empty, [.float(number)])
        }
        if let number = GoNumber.parse(line) { return (.empty, [.float(number)]) }
        return try series(line)
    }
}
