/// Sizes as Prometheus' configuration writes them: `15MB`, `1GiB`, `512`; every unit is a power of 1024.
///
/// Source: alecthomas/units `bytes.go`, `ParseBase2Bytes`.
public enum ByteCount {
    private static let units = ["": 0, "B": 0, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6]

    /// The bytes that `text` says; nil when it is no size.
    public static func bytes(_ text: String) -> Int? {
        if text == "0" { return 0 }
        var rest = text[...]
        var sum = 0.0
        repeat {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { !($0.isASCII && ($0.isNumber || $0 == ".")) }
            rest = rest.dropFirst(unit.count)
            var name = unit == "B" ? unit : unit.hasSuffix("iB") ? unit.dropLast(2) : unit.hasSuffix("B") ? unit.dropLast() : unit
            if name.isEmpty { name = unit.isEmpty ? "-" : "B" }
            guard let number = Double(digits), let power = units[String(name)] else { return nil }
            var factor = 1.0
            for _ in 0..<power { factor *= 1024 }
            sum += number * factor
        } while !rest.isEmpty
        return Int(exactly: sum.rounded(.down))
    }
}
