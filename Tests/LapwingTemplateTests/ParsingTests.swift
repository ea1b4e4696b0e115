import LapwingTemplate
import LapwingText
import Testing

@Suite struct ParsingTests {
    private func complaint(_ source: String, limits: TemplateLimits = .standard) -> String {
        do throws(TemplateError) {
            _ = try Template.parse(source, name: "t", library: Fixture.library, limits: limits)
            return "none"
        } catch { return error.description }
    }

    @Test(arguments: [
        ("{{", "1: unclosed action"), ("line1\n{{", "2: unclosed action"),
        ("line1\n{{define `x`}}line2\n{{", "3: unclosed action"),
        ("line1\n{{\"x\"\n\"y\"\n", "4: unclosed action started at t:2"),
        ("{{\n\n\n\n\n", "6: unclosed action started at t:1"), ("{{ $v := `\n` }} {{", "2: unclosed action"),
        ("line1\n{{\nx\n}}", "3: function \"x\" not defined"), ("{{foo}}", "1: function \"foo\" not defined"),
        ("{{/*}}", "1: unclosed comment"), ("{{/*\nhello\n}}", "1: unclosed comment"),
        ("{{/* x */ y}}", "1: comment ends before closing delimiter"),
        ("{{.X (1 2 3}}", "1: unclosed left paren"), ("{{.X 1 2 3 ) }}", "1: unexpected right paren"),
        ("{{(.X 1 2 3", "1: unclosed action"), ("{{`x`3}}", "1: unexpected \"3\" in operand"),
        ("{{a#}}", "1: bad character U+0023 '#'"), ("{{'a}}", "1: unterminated character constant"),
        ("{{\"a}}", "1: unterminated quoted string"), ("{{`a}}", "1: unterminated raw quoted string"),
        ("{{0xi}}", "1: illegal number syntax: \"0xi\""), ("{{1.E}}", "1: illegal number syntax: \"1.E\""),
        ("{{0b12}}", "1: bad number syntax: \"0b12\""), ("{{1+2i}}", "1: complex numbers are not supported: \"1+2i\""),
        ("{{:}}", "1: expected :="), ("{{\u{1}}}", "1: unrecognized character in action: U+0001"),
        ("{{}}", "1: missing value for command"), ("{{\n}}", "2: missing value for command"),
        ("{{define `a`}}a{{end}}{{define `a`}}b{{end}}", "1: template: multiple definition of template \"a\""),
        ("{{range .X}}", "1: unexpected EOF"), ("{{if .X}}{{else}}", "1: unexpected EOF"),
        ("{{end}}", "1: unexpected {{end}}"), ("{{else}}", "1: unexpected {{else}}"),
        ("{{if .X}}1{{else}}2{{else}}3{{end}}", "1: expected end; found {{else}}"),
        ("{{if .X}}a{{else if .Y}}b{{end}}{{end}}", "1: unexpected {{end}}"),
        ("{{$x := 23}}{{with $x.y := 3}}{{end}}", "1: unexpected \":=\" in operand"),
        ("{{$a,$b,$c := 23}}", "1: too many declarations in command"),
        ("{{with $v, $u := 3}}{{end}}", "1: too many declarations in with"),
        ("{{range $u, $v, $w := 3}}{{end}}", "1: too many declarations in range"),
        ("{{$a}}", "1: undefined variable \"$a\""), ("{{range $k}}{{end}}", "1: undefined variable \"$k\""),
        ("{{with $x := 4}}{{end}}{{$x}}", "1: undefined variable \"$x\""),
        ("{{range $k,}}{{end}}", "1: missing value for range"),
        ("{{range $k, $v := }}{{end}}", "1: missing value for range"),
        ("{{range $k, .}}{{end}}", "1: range can only initialize variables"),
        ("{{true.any}}", "1: unexpected . after term \"true\""),
        ("{{\"hello\".guys}}", "1: unexpected . after term \"\\\"hello\\\"\""),
        ("{{..E}}", "1: unexpected . after term \".\""), ("{{nil.E}}", "1: unexpected . after term \"nil\""),
        ("{{12|false}}", "1: non executable command in pipeline stage 2"),
        ("{{.|printf|\"error\"}}", "1: non executable command in pipeline stage 3"),
        ("{{ ( ) }}", "1: missing value for parenthesized pipeline"),
        ("{{printf 3, 4}}", "1: unexpected \",\" in operand"),
        ("{{template .X}}", "1: unexpected \".X\" in template clause"),
        ("{{template $v}}", "1: unexpected \"$v\" in template clause"),
        ("{{block \"foo\"}}x{{end}}", "1: missing value for block clause"),
        ("{{break}}", "1: {{break}} outside {{range}}"),
        ("{{range .}}{{else}}{{continue}}{{end}}", "1: {{continue}} outside {{range}}"),
        ("{{range .}}{{break 20}}{{end}}", "1: unexpected \"20\" in {{break}}"),
        ("{{with $x := 1}}{{with $y := 1}}{{block `b` .}}{{if}}", "1: missing value for if"),
        ("{{define}}{{end}}", "1: unexpected \"}}\" in define clause"), ("{{if}}{{end}}", "1: missing value for if"),
        ("{{printf (printf .).}}", "1: unexpected <.> in operand"),
        ("{{$x:=.}}{{$x+2}}", "1: bad character U+002B '+'"),
        ("{{$x:=.}}{{$x!2}}", "1: bad character U+0021 '!'"),
        ("{{if .X}}{{define `x`}}{{end}}{{end}}", "1: unexpected <define> in command"),
        ("{{ .Labels.foo } }}", "1: unexpected \"}\" in operand"),
        ("{{'xx'}}", "1: malformed character constant: 'xx'"), ("{{''}}", "1: invalid syntax"),
        ("{{18446744073709551616}}", "1: integer overflow: \"18446744073709551616\""),
        ("{{089}}", "1: integer overflow: \"089\""), ("{{1i}}", "1: complex numbers are not supported: \"1i\""),
        ("{{\"abcdefghijklm\" = }}", "1: unexpected \"=\" in operand"), ("{{abc.}}", "1: function \"abc\" not defined"),
        ("{{3 abcdefghijklm#}}", "1: bad character U+0023 '#'"), ("{{else if}}", "1: unexpected {{else}}"),
    ])
    func `a template that cannot be read is refused in Go's words`(source: String, expected: String) {
        #expect(complaint(source) == "template: t:" + expected)
    }

    @Test(arguments: [
        "{{with $x := 3}}{{$x 23}}{{end}}", "{{.X|.Y}}", "{{.X (.Y .Z) (.A | .B .C) (.E)}}", "{{(.Y .Z).Field}}",
        "{{range .SI 1 -3.2 true false 'a' nil}}{{end}}", "{{ $x \n := \n 1 \n }}", "{{$x:=.}}{{$x +2}}",
        "{{range $x = 0}}{{$x}}{{end}}", "{{range .X}}{{ break }}{{ continue }}{{end}}", "a { b } c }} {",
    ])
    func `what Go reads is read`(source: String) { #expect(complaint(source) == "none") }

    @Test func `a function called break takes the keyword's place`() throws {
        let library: TemplateFunctions = ["break": TemplateFunction(.any) { $0[0] }]
        #expect(
            try Template.parse("{{break 20}}", name: "t", library: library).execute(.none, library: library) == "20")
    }

    @Test func `the range of a parse error covers the token`() {
        do throws(TemplateError) {
            _ = try Template.parse("ab {{ foo .X }}", name: "t")
            Issue.record("an unknown function was read")
        } catch {
            #expect(error.range.lowerBound == 6 && error.range.upperBound == 9)
            #expect(error.message == "function \"foo\" not defined")
            #expect(error.stage == .parsing)
        }
    }
}
