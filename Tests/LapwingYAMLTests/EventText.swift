import LapwingYAML

/// Writes documents as the event stream of yaml-test-suite (`test.event`).
enum EventText {
    static func lines(_ documents: [YAMLDocument]) -> [String] {
        var lines = ["+STR"]
        for document in documents {
            lines.append(document.hasStartMarker ? "+DOC ---" : "+DOC")
            write(document.root, &lines)
            lines.append(document.hasEndMarker ? "-DOC ..." : "-DOC")
        }
        return lines + ["-STR"]
    }

    private static func write(_ node: YAMLNode, _ lines: inout [String]) {
        if let alias = node.alias {
            lines.append("=ALI *\(alias)")
            return
        }
        var properties = ""
        if let anchor = node.anchor { properties += " &\(anchor)" }
        if let tag = node.tag { properties += " <\(tag)>" }
        switch node.content {
        case .scalar(let scalar): lines.append("=VAL\(properties) \(sigil(scalar.style))\(escaped(scalar.text))")
        case .sequence(let items):
            lines.append("+SEQ\(node.isFlow ? " []" : "")\(properties)")
            for item in items { write(item, &lines) }
            lines.append("-SEQ")
        case .mapping(let mapping):
            lines.append("+MAP\(node.isFlow ? " {}" : "")\(properties)")
            for entry in mapping.entries where !entry.isMerged {
                write(entry.key, &lines)
                write(entry.value, &lines)
            }
            lines.append("-MAP")
        }
    }

    private static func sigil(_ style: YAMLScalar.Style) -> String {
        switch style {
        case .plain: ":"
        case .singleQuoted: "'"
        case .doubleQuoted: "\""
        case .literal: "|"
        case .folded: ">"
        }
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{08}": result += "\\b"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
