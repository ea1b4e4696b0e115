import LapwingTemplate
import LapwingText

/// Numbers as people read them.
///
/// Source: upstream `template/template.go` at v3.14 and prometheus/common `helpers/templates/time.go`.
enum Humanizing {
    /// The number in a value: a number, a numeral or a duration.
    static func float(_ value: TemplateValue) throws(TemplateFunctionError) -> Double {
        switch value {
        case .float(let value): return value
        case .int(let value): return Double(value)
        case .string(let text):
            let complaint = "strconv.ParseFloat: parsing \(GoQuote.quote(text)): "
            guard let value = GoNumber.parse(withoutUnderscores(text)) else {
                throw TemplateFunctionError(complaint + "invalid syntax")
            }
            // A numeral that is no infinity by name is too large when it reads as one.
            if value.isInfinite, !text.lowercased().contains("inf") {
                throw TemplateFunctionError(complaint + "value out of range")
            }
            return value
        case .object(let object):
            if let duration = object as? TemplateDuration { return duration.seconds }
            throw TemplateFunctionError("can't convert \(object.typeName) to float")
        default: throw TemplateFunctionError("can't convert \(value.typeName) to float")
        }
    }

    /// Go allows an underscore between two digits of a numeral.
    private static func withoutUnderscores(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let areRight = bytes.indices.allSatisfy { index in
            guard bytes[index] == UInt8(ascii: "_") else { return true }
            guard index > 0, index + 1 < bytes.count else { return false }
            return [bytes[index - 1], bytes[index + 1]].allSatisfy { $0 &- UInt8(ascii: "0") <= 9 }
        }
        return areRight ? text.filter { $0 != "_" } : text
    }

    /// `%.4g`.
    private static func short(_ value: Double) -> String { GoNumber.text(value, .general, precision: 4) }

    private static let smallPrefixes = ["m", "u", "n", "p", "f", "a", "z", "y"]

    static func decimal(_ value: Double) -> String {
        if value == 0 || !value.isFinite { return short(value) }
        return value.magnitude >= 1
            ? enlarged(value, by: 1000, ["k", "M", "G", "T", "P", "E", "Z", "Y"]) : reduced(value)
    }

    static func binary(_ value: Double) -> String {
        if value.magnitude <= 1 || !value.isFinite { return short(value) }
        return enlarged(value, by: 1024, ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"])
    }

    private static func enlarged(_ value: Double, by factor: Double, _ prefixes: [String]) -> String {
        var value = value
        var chosen = ""
        for prefix in prefixes where value.magnitude >= factor {
            chosen = prefix
            value /= factor
        }
        return short(value) + chosen
    }

    private static func reduced(_ value: Double) -> String {
        var value = value
        var chosen = ""
        for prefix in smallPrefixes where value.magnitude < 1 {
            chosen = prefix
            value *= 1000
        }
        return short(value) + chosen
    }

    static func percentage(_ value: Double) -> String { short(value * 100) + "%" }

    /// `1d 3h 4m 5s`, `12.35s`, `100ms`, of seconds.
    static func duration(_ value: Double) -> String {
        guard value.isFinite else { return short(value) }
        if value == 0 { return short(value) + "s" }
        guard value.magnitude >= 1 else { return reduced(value) + "s" }
        let sign = value < 0 ? "-" : ""
        // Go converts what no 64-bit integer holds to the least of them; so does this.
        let whole = value.magnitude < 0x1p63 ? Int64(value.magnitude) : .min
        let (seconds, minutes, hours, days) = (whole % 60, whole / 60 % 60, whole / 3600 % 24, whole / 86_400)
        if days != 0 { return "\(sign)\(days)d \(hours)h \(minutes)m \(seconds)s" }
        if hours != 0 { return "\(sign)\(hours)h \(minutes)m \(seconds)s" }
        if minutes != 0 { return "\(sign)\(minutes)m \(seconds)s" }
        return sign + short(value.magnitude) + "s"
    }

    static func timestamp(_ value: Double) throws(TemplateFunctionError) -> String {
        guard value.isFinite else { return short(value) }
        return try time(value).text ?? ""
    }

    /// The time of seconds since the epoch, cut to milliseconds as upstream does.
    static func time(_ seconds: Double) throws(TemplateFunctionError) -> TemplateTime {
        guard seconds.isFinite else { throw TemplateFunctionError("value is NaN or Inf") }
        let nanoseconds = seconds * 1e9
        guard nanoseconds.magnitude <= 0x1p63 else {
            let value = GoNumber.text(seconds)
            throw TemplateFunctionError(
                "\(value) cannot be represented as a nanoseconds timestamp since it overflows int64")
        }
        let whole = nanoseconds < 0x1p63 ? Int64(nanoseconds) : .min
        return TemplateTime(milliseconds: whole / 1_000_000)
    }

    static func templateDuration(_ seconds: Double) -> TemplateDuration {
        let nanoseconds = seconds * 1e9
        return TemplateDuration(nanoseconds: nanoseconds.magnitude < 0x1p63 ? Int64(nanoseconds) : .min)
    }

    /// The seconds of a Prometheus duration, which may be negative.
    static func seconds(_ text: String) throws(TemplateFunctionError) -> Double {
        let isNegative = text.utf8.first == UInt8(ascii: "-")
        do throws(PrometheusDuration.ParseError) {
            let milliseconds = try PrometheusDuration.milliseconds(isNegative ? text.dropFirst() : text[...])
            return Double(isNegative ? -milliseconds : milliseconds) / 1000
        } catch {
            throw TemplateFunctionError(error.description)
        }
    }
}
