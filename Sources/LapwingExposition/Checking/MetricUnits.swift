/// Units in the names of metrics, and the base units that they should be in.
///
/// Source: client_golang `promlint/validations/units.go`.
enum MetricUnits {
    private static let bases: [String: String] = [
        "amperes": "amperes", "bytes": "bytes", "celsius": "celsius", "grams": "grams", "joules": "joules", "kelvin": "kelvin",
        "meters": "meters", "metres": "metres", "seconds": "seconds", "volts": "volts", "minutes": "seconds", "hours": "seconds",
        "days": "seconds", "weeks": "seconds", "kelvins": "kelvin", "fahrenheit": "celsius", "rankine": "celsius", "inches": "meters",
        "yards": "meters", "miles": "meters", "bits": "bytes", "calories": "joules", "pounds": "grams", "ounces": "grams",
    ]

    private static let prefixes = [
        "pico", "nano", "micro", "milli", "centi", "deci", "deca", "hecto", "kilo", "kibi", "mega", "mibi", "giga", "gibi", "tera", "tebi",
        "peta", "pebi",
    ]

    /// Words for units that are better written out.
    static let abbreviations = ["s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d"]

    /// The first unit in a name, and its base.
    static func unit(in name: String) -> (unit: String, base: String)? {
        for word in name.split(separator: "_") {
            if let base = bases[String(word)] { return (String(word), base) }
            for prefix in prefixes where word.hasPrefix(prefix) {
                if let base = bases[String(word.dropFirst(prefix.count))] { return (String(word), base) }
            }
        }
        return nil
    }
}
