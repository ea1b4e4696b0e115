/// `$name` and `${name}` in a text, replaced by the environment's variables; `$$` is a dollar.
///
/// Source: Go `os/env.go`, `Expand`; Prometheus `config/config.go`, `Load`.
struct VariableExpansion {
    private let text: [UInt8]
    /// Variables that are not set or empty.
    private(set) var missing: [String] = []

    init(_ text: String) { self.text = Array(text.utf8) }

    mutating func expanded(by environment: (String) -> String?) -> String {
        var result: [UInt8] = []
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "$"), index + 1 < text.count else {
                result.append(text[index])
                index += 1
                continue
            }
            let (name, width) = name(at: index + 1)
            if let name {
                result += Array(value(name, environment).utf8)
            } else if width == 0 {
                result.append(text[index])
            }
            index += 1 + width
        }
        return String(decoding: result, as: UTF8.self)
    }

    private mutating func value(_ name: String, _ environment: (String) -> String?) -> String {
        if name == "$" { return "$" }
        if let value = environment(name), !value.isEmpty { return value }
        missing.append(name)
        return ""
    }

    /// The name after a dollar and how many bytes it takes; no name: they are left out, as Go does with `${}`.
    private func name(at start: Int) -> (String?, Int) {
        if text[start] == UInt8(ascii: "{") {
            guard let end = text[start...].firstIndex(of: UInt8(ascii: "}")) else { return (nil, 1) }
            let name = text[(start + 1)..<end]
            return (name.isEmpty ? nil : String(decoding: name, as: UTF8.self), end + 1 - start)
        }
        if Self.isSpecial(text[start]) { return (String(decoding: [text[start]], as: UTF8.self), 1) }
        var end = start
        while end < text.count, Self.isNameByte(text[end]) { end += 1 }
        return end == start ? (nil, 0) : (String(decoding: text[start..<end], as: UTF8.self), end - start)
    }

    private static func isSpecial(_ byte: UInt8) -> Bool { "*#$@!?-0123456789".utf8.contains(byte) }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") <= 9
    }
}
