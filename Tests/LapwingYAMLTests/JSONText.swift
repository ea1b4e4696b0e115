import Foundation
import LapwingYAML

/// One form for what YAML and JSON say, so that both can be compared as text: sorted keys, numbers as doubles.
enum JSONText {
    static func canonical(_ node: YAMLNode) -> String {
        switch node.content {
        case .sequence(let items): return "[" + items.map(canonical).joined(separator: ",") + "]"
        case .mapping(let mapping):
            let entries = mapping.entries.map { "\(quoted($0.key.scalar?.text ?? "?")):\(canonical($0.value))" }
            return "{" + entries.sorted().joined(separator: ",") + "}"
        case .scalar(let scalar):
            if scalar.isNull { return "null" }
            if let bool = scalar.bool { return "\(bool)" }
            if let double = scalar.double { return "\(double)" }
            return quoted(scalar.text)
        }
    }

    /// The values of a text of JSON documents one after the other.
    static func canonicalDocuments(_ text: String) throws -> [String] {
        var documents: [String] = []
        var current = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
            current += line + "\n"
            let value = try? JSONSerialization.jsonObject(with: Data(current.utf8), options: .fragmentsAllowed)
            guard let value else { continue }
            documents.append(canonical(value))
            current = ""
        }
        guard current.allSatisfy(\.isWhitespace) else { throw Unreadable(text: current) }
        return documents
    }

    struct Unreadable: Error { var text: String }

    private static func canonical(_ value: Any) -> String {
        if value is NSNull { return "null" }
        if let number = value as? NSNumber {
            return CFBoolean.isBoolean(number) ? "\(number.boolValue)" : "\(number.doubleValue)"
        }
        if let text = value as? String { return quoted(text) }
        if let items = value as? [Any] { return "[" + items.map(canonical).joined(separator: ",") + "]" }
        if let object = value as? [String: Any] {
            return "{" + object.map { "\(quoted($0.key)):\(canonical($0.value))" }.sorted().joined(separator: ",") + "}"
        }
        return "?"
    }

    private static func quoted(_ text: String) -> String { text.debugDescription }

    private enum CFBoolean {
        /// Foundation keeps truth values as numbers of the type of a C character.
        static func isBoolean(_ number: NSNumber) -> Bool {
            String(cString: number.objCType) == "c" || String(cString: number.objCType) == "B"
        }
    }
}
