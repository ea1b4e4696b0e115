import LapwingSeries
import LapwingText
import Synchronization

/// Diagnostics as lines of key and value, on whatever takes lines.
public final class LogWriter: Sendable {
    public enum Level: String, Sendable, Comparable, CaseIterable {
        case debug, info, warn, error

        public static func < (a: Level, b: Level) -> Bool { a.rank < b.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    public enum Format: String, Sendable {
        case logfmt, json
    }

    private let level: Level
    private let format: Format
    private let write: Mutex<@Sendable (String) -> Void>

    /// - Parameter write: takes one line, its line break included; never called twice at once.
    public init(level: Level = .info, format: Format = .logfmt, write: @escaping @Sendable (String) -> Void) {
        self.level = level
        self.format = format
        self.write = Mutex(write)
    }

    public func log(_ level: Level, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        log(level, message, fields.map { ($0.key, $0.value) })
    }

    func log(_ level: Level, _ message: String, _ fields: [(String, String)]) {
        guard level >= self.level else { return }
        let pairs = [("ts", TimeText.rfc3339(milliseconds: Timestamp.now.milliseconds)), ("level", level.rawValue), ("msg", message)]
            + fields
        let line: String
        switch format {
        case .logfmt: line = pairs.map { "\($0.0)=\(Self.logfmt($0.1))" }.joined(separator: " ")
        case .json:
            var json = JSONWriter(escapesHTML: false)
            json.object { json in for (name, value) in pairs { json.member(name, value) } }
            line = json.text
        }
        write.withLock { $0(line + "\n") }
    }

    private static func logfmt(_ value: String) -> String {
        let needsQuotes = value.isEmpty || value.utf8.contains { $0 <= 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "=") || $0 >= 0x7F }
        return needsQuotes ? GoQuote.quote(value) : value
    }
}
