import LapwingText

/// Go's `time.Duration`, with the methods that templates use.
public struct TemplateDuration: TemplateObject, Hashable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    static let typeName = "*time.Duration"
    public var typeName: String { Self.typeName }

    public var seconds: Double { Double(nanoseconds / 1_000_000_000) + Double(nanoseconds % 1_000_000_000) / 1e9 }

    /// `1h30m0s`, `1.5s`, `250ms`, `0s`: Go's `Duration.String`.
    public var text: String? {
        let magnitude = nanoseconds.magnitude
        let sign = nanoseconds < 0 ? "-" : ""
        if magnitude == 0 { return "0s" }
        for (unit, name) in [(UInt64(1), "ns"), (1000, "µs"), (1_000_000, "ms")] where magnitude < unit * 1000 {
            return sign + Self.decimal(magnitude, unit) + name
        }
        let whole = magnitude / 1_000_000_000
        let seconds = Self.decimal(magnitude % 60_000_000_000, 1_000_000_000) + "s"
        if whole < 60 { return sign + seconds }
        let minutes = "\(whole / 60 % 60)m" + seconds
        return sign + (whole < 3600 ? minutes : "\(whole / 3600)h" + minutes)
    }

    /// `value / unit` without trailing zeros.
    private static func decimal(_ value: UInt64, _ unit: UInt64) -> String {
        guard value % unit != 0 else { return "\(value / unit)" }
        var fraction = String(unit + value % unit).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return "\(value / unit).\(fraction)"
    }

    public func member(_ name: String) -> TemplateMember? {
        switch name {
        case "String": method { _ in .string(text ?? "") }
        case "Hours": method { _ in .float(seconds / 3600) }
        case "Minutes": method { _ in .float(seconds / 60) }
        case "Seconds": method { _ in .float(seconds) }
        case "Milliseconds": method { _ in .int(nanoseconds / 1_000_000) }
        case "Microseconds": method { _ in .int(nanoseconds / 1000) }
        case "Nanoseconds": method { _ in .int(nanoseconds) }
        case "Truncate": method(.named(typeName)) { .object(truncated(to: TemplateDuration($0))) }
        case "Round": method(.named(typeName)) { .object(rounded(to: TemplateDuration($0))) }
        case "Abs":
            method { _ in .object(TemplateDuration(nanoseconds: nanoseconds == .min ? .max : abs(nanoseconds))) }
        default: nil
        }
    }

    private func method(_ parameters: TemplateFunction.Parameter..., body: @escaping TemplateFunction.Body) -> TemplateMember {
        .method(TemplateFunction(parameters, body: body))
    }

    /// The multiple of a unit that lies towards zero.
    private func truncated(to unit: TemplateDuration) -> TemplateDuration {
        unit.nanoseconds > 0 ? TemplateDuration(nanoseconds: nanoseconds - nanoseconds % unit.nanoseconds) : self
    }

    /// The nearest multiple of a unit, of two as near the one farther from zero; it stops at the longest that there is.
    private func rounded(to unit: TemplateDuration) -> TemplateDuration {
        guard unit.nanoseconds > 0 else { return self }
        let (rest, near) = ((nanoseconds % unit.nanoseconds).magnitude, truncated(to: unit))
        if rest < unit.nanoseconds.magnitude - rest { return near }
        let isNegative = nanoseconds < 0
        let (far, overflow) = near.nanoseconds.addingReportingOverflow(isNegative ? -unit.nanoseconds : unit.nanoseconds)
        return TemplateDuration(nanoseconds: overflow ? (isNegative ? .min : .max) : far)
    }

    init(_ arguments: [TemplateValue]) {
        if case .object(let object)? = arguments.first, let duration = object as? TemplateDuration {
            self = duration
        } else {
            self.init(nanoseconds: 0)
        }
    }
}
