import LapwingConfiguration
import LapwingSeries
import LapwingText

/// The words after a command's name, taken apart by its table of flags.
struct Arguments: Sendable {
    private(set) var operands: [String] = []
    private var values: [String: [String]] = [:]

    /// - Throws: `UsageError` for a flag that the command does not have, with the nearest that it has, or for a value
    ///   that is missing or too many.
    init(_ words: [String], for command: CommandDescription) throws(UsageError) {
        var index = 0
        while index < words.count {
            let word = words[index]
            index += 1
            if word == "--" {
                operands += words[index...]
                return
            }
            guard word.hasPrefix("-"), word.count > 1 else {
                operands.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let name = parts[0] == "-h" ? "--help" : parts[0]
            guard let flag = command.allFlags.first(where: { $0.name == name }) else {
                let nearest = Spelling.nearest(to: name, in: command.allFlags.map(\.name))
                let hint = word.hasPrefix("--") ? "" : "; what begins with - and is no flag stands behind --"
                throw UsageError("unknown flag \(name)\(hint)", command: command.name, nearest: nearest)
            }
            switch flag.kind {
            case .toggle:
                if parts.count > 1, parts[1] != "true" {
                    guard parts[1] == "false" else { throw UsageError("\(name) takes no value", command: command.name) }
                    continue
                }
                values[name] = ["true"]
            case .value, .repeated, .choice:
                var value = parts.count > 1 ? parts[1] : nil
                if value == nil, index < words.count {
                    value = words[index]
                    index += 1
                }
                guard let value else { throw UsageError("\(name) needs a value: \(flag.usage)", command: command.name) }
                if values[name] != nil {
                    guard case .repeated = flag.kind else { throw UsageError("\(name) is given twice", command: command.name) }
                }
                if case .choice(let words) = flag.kind, !words.contains(value) {
                    let known = words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
                    throw UsageError(
                        "\(name) is \(known), not \(GoQuote.quote(value))", command: command.name, nearest: Spelling.nearest(to: value, in: words))
                }
                values[name, default: []].append(value)
            }
        }
    }

    func has(_ name: String) -> Bool { values[name] != nil }

    func text(_ name: String) -> String? { values[name]?.last }

    func texts(_ name: String) -> [String] { values[name] ?? [] }

    func duration(_ name: String) throws(UsageError) -> Duration? {
        guard let text = text(name) else { return nil }
        do {
            return .milliseconds(try PrometheusDuration.milliseconds(text))
        } catch {
            throw UsageError("\(name): \(error); durations are written like 15s, 1h30m, 5d")
        }
    }

    /// A duration that is longer than nothing.
    func interval(_ name: String) throws(UsageError) -> Duration? {
        let duration = try duration(name)
        if let duration, duration < .milliseconds(1) { throw UsageError("\(name) is at least 1ms") }
        return duration
    }

    /// A whole number that is more than nothing.
    func count(_ name: String) throws(UsageError) -> Int? {
        guard let text = text(name) else { return nil }
        guard let value = Int(text), value > 0 else {
            throw UsageError("\(name) is a whole number from 1, not \(GoQuote.quote(text))")
        }
        return value
    }

    /// A number of bytes, or a size as Prometheus writes them: `512MB`, `10GiB`.
    func bytes(_ name: String) throws(UsageError) -> Int? {
        guard let text = text(name) else { return nil }
        guard let value = Int(text) ?? ByteCount.bytes(text), value >= 0 else {
            throw UsageError("\(name) is a number of bytes, or a size like 512MB or 10GB, not \(GoQuote.quote(text))")
        }
        return value
    }

    /// A time: RFC 3339, Unix seconds, or relative to now (`now`, `now-1h`).
    func time(_ name: String, now: Timestamp) throws(UsageError) -> Timestamp? {
        guard let text = text(name) else { return nil }
        if let time = Self.time(text, now: now) { return time }
        throw UsageError("\(name): \(GoQuote.quote(text)) is no time; write 2026-11-23T16:00:00Z, 1795449600, now or now-1h")
    }

    /// Labels, each as K=V; a later one of a name takes the place of an earlier.
    func labels(_ name: String) throws(UsageError) -> Labels {
        var builder = Labels.Builder()
        for text in texts(name) {
            guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
                throw UsageError("\(name) is K=V, not \(GoQuote.quote(text))")
            }
            builder.set(String(text[..<equals]), String(text[text.index(after: equals)...]))
        }
        return builder.labels
    }

    static func time(_ text: String, now: Timestamp) -> Timestamp? {
        guard text.hasPrefix("now") else {
            return TimeText.milliseconds(secondsOrRFC3339: text).map { Timestamp(milliseconds: $0) }
        }
        let rest = text.dropFirst(3)
        if rest.isEmpty { return now }
        guard let sign = rest.first, sign == "-" || sign == "+",
            let distance = try? PrometheusDuration.milliseconds(rest.dropFirst())
        else { return nil }
        return now.advanced(byMilliseconds: sign == "-" ? -distance : distance)
    }
}

/// A command line that cannot be understood: exit status 2.
struct UsageError: Error {
    var message: String
    var command: String?

    init(_ message: String, command: String? = nil, nearest: String? = nil) {
        self.message = nearest.map { "\(message); did you mean \($0)?" } ?? message
        self.command = command
    }

    var text: String {
        "lapwing: \(message)\nsee lapwing \(command.map { "\($0) " } ?? "")--help"
    }
}
