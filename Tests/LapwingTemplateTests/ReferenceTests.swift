import LapwingTemplate
import LapwingText
import Testing

@Suite struct `What a template asks for` {
    private func references(_ text: String) throws -> [String] {
        let preamble = Template.Preamble(variables: ["$labels", "$value"], columns: 0)
        let bytes = Array(text.utf8)
        return try Template.parse(text, name: "x", preamble: preamble).references.map { reference in
            let source = String(decoding: bytes[reference.range.lowerBound..<reference.range.upperBound], as: UTF8.self)
            return ([reference.root] + reference.path).joined(separator: " ") + " < " + source
        }
    }

    @Test(arguments: [
        ("plain", []), ("{{ $labels.job }}", ["$labels job < $labels.job"]), ("{{ .Labels.job }}", [". Labels job < .Labels.job"]),
        ("{{ index $labels \"a-b\" }}", ["$labels a-b < index $labels \"a-b\""]), ("{{ index .Labels \"a\" }}", [". Labels a < index .Labels \"a\""]),
        ("{{ if eq $labels.a \"b\" }}{{ .Labels.c }}{{ else }}{{ $value }}{{ end }}", ["$labels a < $labels.a", ". Labels c < .Labels.c", "$value < $value"]),
        ("{{ with .Labels }}{{ .job }}{{ $labels.a }}{{ end }}", [". Labels < .Labels", "$labels a < $labels.a"]),
        ("{{ range .Items }}{{ .Labels.a }}{{ else }}{{ .b }}{{ end }}", [". Items < .Items", ". b < .b"]),
        ("{{ $labels := 5 }}{{ $labels }}", []), ("{{ $value | printf \"%.2f\" }}", ["$value < $value"]), ("{{ printf \"%s\" (.a) }}", [". a < .a"]),
    ])
    func `references are told where their meaning is certain`(text: String, expected: [String]) throws {
        #expect(try references(text) == expected)
    }

    @Test func `calls with a text are told`() throws {
        let template = try Template.parse("{{ printf \"%d\" 5 }}{{ len \"abc\" | printf }}{{ print .a }}", name: "x")
        #expect(template.calls.map { "\($0.function) \($0.text)" } == ["printf %d", "len abc"])
    }

    @Test(arguments: [
        ("plain", false), ("{{ $labels.job }}{{ range $k, $v := .Labels }}{{ $v }}{{ end }}", false), ("{{ $value }}", true), ("{{ .Value }}", true),
        ("{{ with .Labels }}{{ $.Value }}{{ end }}", true), ("{{ . }}", true), ("{{ $ }}", true), ("{{ index $ \"Value\" }}", true),
        ("{{ (index $ 0).Value }}", true), ("{{ define \"y\" }}{{ .Value }}{{ end }}{{ $labels.a }}", true),
    ])
    func `what may read a field is told, also where it is not certain`(text: String, expected: Bool) throws {
        let preamble = Template.Preamble(variables: ["$labels", "$value"], columns: 0)
        #expect(try Template.parse(text, name: "x", preamble: preamble).mayRead(field: "Value", variable: "$value") == expected)
    }

    @Test func `the functions that are called are told, those of templates inside too`() throws {
        let text = "{{ define \"y\" }}{{ html . }}{{ end }}{{ if eq 1 2 }}{{ print (len \"a\") | printf }}{{ end }}"
        #expect(try Template.parse(text, name: "x").functions == ["html", "eq", "print", "len", "printf"])
    }
}
