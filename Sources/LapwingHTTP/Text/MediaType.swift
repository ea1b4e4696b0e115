/// A media type such as `text/plain; version=0.0.4; charset=utf-8` (RFC 9110, section 8.3.1).
public struct MediaType: Sendable, Equatable {
    /// `type/subtype`, in lower case.
    public let essence: String
    /// Parameters by name in lower case; values as given, quotes resolved. The first of a name counts.
    public let parameters: HTTPParameters

    /// nil when `text` does not start with `type/subtype`; a parameter that cannot be read ends the list.
    public init?(_ text: String) {
        let parts = Self.split(text)
        guard let first = parts.first else { return nil }
        let halves = first.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard halves.count == 2, halves.allSatisfy({ !$0.isEmpty && $0.allSatisfy(HTTPCharacters.isToken) }) else {
            return nil
        }
        essence = Self.lowercase(first)
        var parameters = HTTPParameters()
        for part in parts.dropFirst() where !part.isEmpty {
            guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { break }
            let value = HTTPCharacters.trimmed(part[part.index(after: equals)...])
            parameters.add(Self.lowercase(HTTPCharacters.trimmed(part[..<equals])), Self.unquoted(value))
        }
        self.parameters = parameters
    }

    /// Whether gzip is worth its time on a body of this type.
    var isCompressible: Bool {
        essence.hasPrefix("text/") || essence.hasSuffix("+json") || essence.hasSuffix("+xml")
            || Self.compressible.contains(essence)
    }

    private static let compressible: Set<String> = [
        "application/json", "application/javascript", "application/xml", "application/openmetrics-text",
        "application/yaml", "application/wasm",
    ]

    /// The parts between semicolons that stand outside quotes, trimmed.
    private static func split(_ text: String) -> [ArraySlice<UInt8>] {
        let bytes = Array(text.utf8)
        var parts: [ArraySlice<UInt8>] = []
        var start = 0
        var isQuoted = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if isQuoted, byte == UInt8(ascii: "\\") { index += 1 }
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == UInt8(ascii: ";"), !isQuoted {
                parts.append(HTTPCharacters.trimmed(bytes[start..<index]))
                start = index + 1
            }
            index += 1
        }
        parts.append(HTTPCharacters.trimmed(bytes[min(start, bytes.count)...]))
        return parts
    }

    private static func lowercase(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.map(HTTPCharacters.lowercased), as: UTF8.self)
    }

    private static func unquoted(_ bytes: ArraySlice<UInt8>) -> String {
        guard bytes.count >= 2, bytes.first == UInt8(ascii: "\""), bytes.last == UInt8(ascii: "\"") else {
            return String(decoding: bytes, as: UTF8.self)
        }
        var value: [UInt8] = []
        var isEscaped = false
        for byte in bytes.dropFirst().dropLast() {
            if byte == UInt8(ascii: "\\"), !isEscaped {
                isEscaped = true
            } else {
                value.append(byte)
                isEscaped = false
            }
        }
        return String(decoding: value, as: UTF8.self)
    }
}
