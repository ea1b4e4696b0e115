/// OpenTelemetry's names as Prometheus writes them: escaped by underscores, with suffixes for unit and type.
///
/// Source: prometheus/otlptranslator `metric_namer.go`, `label_namer.go`, `unit_namer.go`, with the settings that Prometheus 3.14
/// has by default (`UnderscoreEscapingWithSuffixes`, label names as before).
enum OpenTelemetryNaming {
    enum Kind {
        case gauge, counter, other
    }

    private static let units = [
        "d": "days", "h": "hours", "min": "minutes", "s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds",
        "By": "bytes", "KiBy": "kibibytes", "MiBy": "mebibytes", "GiBy": "gibibytes", "TiBy": "tibibytes", "KBy": "kilobytes",
        "MBy": "megabytes", "GBy": "gigabytes", "TBy": "terabytes", "m": "meters", "V": "volts", "A": "amperes", "J": "joules",
        "W": "watts", "g": "grams", "Cel": "celsius", "Hz": "hertz", "1": "", "%": "percent",
    ]
    /// Units behind a slash.
    private static let perUnits = ["s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year"]

    /// The name of a metric, or nil when nothing of it can be written.
    static func metric(_ name: String, unit: String, _ kind: Kind) -> String? {
        var words = name.unicodeScalars.split { !isNameScalar($0) }.map(String.init)
        let (main, per) = suffixes(unit)
        if !main.isEmpty, !words.contains(main) { words.append(main) }
        if !per.isEmpty, !words.contains(per) { words.append(per) }
        if kind == .counter { words = words.filter { $0 != "total" } + ["total"] }
        if kind == .gauge, unit == "1" { words = words.filter { $0 != "ratio" } + ["ratio"] }
        let joined = words.joined(separator: "_")
        guard joined.unicodeScalars.contains(where: { $0 != "_" }) else { return nil }
        return startsWithDigit(joined) ? "_" + joined : joined
    }

    /// A unit as metadata has it.
    static func unit(_ unit: String) -> String {
        let (main, per) = suffixes(unit)
        return withoutTrailingUnderscore(main.isEmpty ? per : per.isEmpty ? main : main + "_" + per)
    }

    /// What a unit adds to a name: itself, and what it is counted by.
    private static func suffixes(_ unit: String) -> (main: String, per: String) {
        let parts = unit.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(trimmed)
        func isWord(_ text: String) -> Bool { !text.isEmpty && !text.contains { $0 == "{" || $0 == "}" } }
        var main = parts.first.flatMap { isWord($0) ? cleaned(units[$0] ?? $0) : nil } ?? ""
        var per = parts.count > 1 && isWord(parts[1]) ? cleaned("per_" + (perUnits[parts[1]] ?? parts[1])) : ""
        per = per == "per_" ? "" : withoutTrailingUnderscore(per)
        if !per.isEmpty { main = withoutTrailingUnderscore(main) }
        return (main, per)
    }

    /// Only letters, digits and single underscores, none in front.
    private static func cleaned(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if isNameScalar(scalar) { result.unicodeScalars.append(scalar) } else if result.last != "_", !result.isEmpty { result.append("_") }
        }
        return result
    }

    private static func withoutTrailingUnderscore(_ text: String) -> String { text.hasSuffix("_") ? String(text.dropLast()) : text }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }

    /// The name of a label, or nil when nothing of it can be written.
    static func label(_ name: String) -> String? {
        var result = ""
        for scalar in name.unicodeScalars { result.unicodeScalars.append(isNameScalar(scalar) && scalar != ":" ? scalar : "_") }
        if startsWithDigit(result) {
            result = "key_" + result
        } else if result.hasPrefix("_"), !result.hasPrefix("__") {
            result = "key" + result
        }
        return result.unicodeScalars.contains { $0 != "_" } ? result : nil
    }

    private static func startsWithDigit(_ text: String) -> Bool { text.utf8.first.map { $0 &- 0x30 <= 9 } ?? false }

    private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.isASCII else { return false }
        let byte = UInt8(truncatingIfNeeded: scalar.value)
        return byte &- 0x30 <= 9 || (byte | 0x20) &- 0x61 < 26 || byte == 0x3A
    }
}
