/// A name and a value; half of what tells one series from another.
public struct Label: Sendable, Hashable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// Label names with a meaning of their own.
public enum LabelName {
    public static let metric = "__name__"
    public static let type = "__type__"
    public static let unit = "__unit__"
    public static let bucket = "le"
    public static let quantile = "quantile"
    public static let job = "job"
    public static let instance = "instance"
    public static let alert = "alertname"
    public static let alertState = "alertstate"

    /// Whether `name` can be a label's name at all: any text but the empty one, and none that was no UTF-8.
    public static func isValid(_ name: String) -> Bool { !name.isEmpty && !name.unicodeScalars.contains("\u{FFFD}") }

    /// Whether `name` can be written without quotes: `[a-zA-Z_][a-zA-Z0-9_]*`.
    public static func isLegacy(_ name: String) -> Bool { isIdentifier(name, colons: false) }

    /// Whether `name` can stand as a metric's name without quotes: colons are letters there.
    public static func isLegacyMetric(_ name: String) -> Bool { isIdentifier(name, colons: true) }

    private static func isIdentifier(_ name: String, colons: Bool) -> Bool {
        var isFirst = true
        for byte in name.utf8 {
            let isLetter = (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
            let isDigit = byte &- UInt8(ascii: "0") <= 9
            guard isLetter || (colons && byte == UInt8(ascii: ":")) || (isDigit && !isFirst) else { return false }
            isFirst = false
        }
        return !isFirst
    }
}
