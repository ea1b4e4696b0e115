import LapwingTemplate
import LapwingText
import Testing

@Suite struct ExecutionTests {
    @Test(arguments: [
        ("", ""), ("some text", "some text"), ("-{{.X}}-", "-x-"), ("{{.Pair.Name}}", "seven"),
        ("{{.MSI.one}} {{.MSI.two}}", "1 2"), ("{{.MSI.NO}}", "<no value>"), ("{{.MSS.no}}", "<no value>"),
        ("{{.None}} {{.None.More}}", "<no value> <no value>"), ("{{.SI}} {{.MSI}}", "[3 4 5] map[one:1 three:3 two:2]"),
        ("{{.Pair}}", "{seven 7}"), ("{{.Str}}", "foozle"), ("{{$}}", "{"), ("{{.}}", "{"),
    ])
    func `fields and dots give values`(source: String, expected: String) {
        let text = Fixture.expand(source)
        #expect(expected == "{" ? text.hasPrefix("{true 17 x 0 1.5 [3 4 5]") : text == expected)
    }

    @Test(arguments: [
        ("{{typeOf 3}} {{typeOf 1.0}} {{typeOf 1e1}} {{typeOf 0xef}} {{typeOf 'a'}}", "int float64 float64 int int"),
        ("{{0b101}} {{0o17}} {{017}} {{0x1F}} {{1_000}} {{-7}} {{+7}}", "5 15 15 31 1000 -7 7"),
        ("{{'a'}} {{'\\n'}} {{'\\xFF'}} {{'パ'}} {{'\\''}}", "97 10 255 12497 39"),
        ("{{1e6}} {{123456.5}} {{0x1p4}} {{1.}} {{.5}}", "1e+06 123456.5 16 1 0.5"),
        ("{{true}} {{false}} {{\"q\\t\"}} {{`raw\\t`}}", "true false q\t raw\\t"),
        ("{{print nil}} {{9223372036854775807}}", "<nil> 9223372036854775807"),
    ])
    func `literals have Go's types`(source: String, expected: String) { #expect(Fixture.expand(source) == expected) }

    @Test(arguments: [
        ("{{$x := .X}}{{$x}}", "x"), ("{{$x := 1}}{{$x = 2}}{{$x}}", "2"),
        ("{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}", "2"),
        ("{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}}", "21"),
        ("{{if $x := true}}{{with $y := .I}}{{$x}},{{$y}}{{end}}{{end}}", "true,17"),
        ("{{with $x := $}}{{$y := $.X}}{{$y}}{{end}}", "x"),
        ("{{$p := .Pair}}{{$p.Name}}{{$p.Self.Self.Value}}", "seven7"),
    ])
    func `variables live until the end of their block`(source: String, expected: String) {
        #expect(Fixture.expand(source) == expected)
    }

    @Test(arguments: [
        ("{{.Pair.Twice 21}}", "42"), ("{{21 | .Pair.Twice}}", "42"), ("{{.Pair.Twice .I | add 1}}", "35"),
        ("{{(.Pair).Name}}", "seven"), ("{{(.Pair | echo).Name}}", "seven"), ("{{(three).three}}", "3"),
        ("{{three.three}}", "3"), ("{{printf `%d %d %d` (1) (2 | add 3) (add 4 (add 5 6))}}", "1 5 15"),
        ("{{half 3}} {{half 3.0}}", "1.5 1.5"), ("{{\"aaa\" | twoArgs \"bbb\"}}", "twoArgs=bbbaaa"),
        ("{{print (.Pair.Self).Value}}", "7"), ("{{\n\"x\"\n|\nprint\n}}", "x"),
    ])
    func `pipelines hand values on as last arguments`(source: String, expected: String) {
        #expect(Fixture.expand(source) == expected)
    }

    @Test(arguments: [
        ("{{if 1}}A{{else}}B{{end}}{{if 0}}A{{else}}B{{end}}", "AB"),
        ("{{if 1.5}}A{{else}}B{{end}}{{if .Zero}}A{{else}}B{{end}}", "AB"),
        ("{{if `x`}}A{{else}}B{{end}}{{if ``}}A{{else}}B{{end}}", "AB"),
        ("{{if .SI}}A{{else}}B{{end}}{{if .Empty}}A{{else}}B{{end}}", "AB"),
        ("{{if .MSI}}A{{else}}B{{end}}{{if .MEmpty}}A{{else}}B{{end}}", "AB"),
        ("{{if .Pair}}A{{else}}B{{end}}{{if .None}}A{{else}}B{{end}}{{if .MSI.none}}A{{else}}B{{end}}", "ABB"),
        ("{{if eq 1 3}}1{{else if eq 2 3}}2{{else if eq 3 3}}3{{else}}4{{end}}", "3"),
        ("{{with .Empty}}{{.}}{{else}}none{{end}}{{with .SI}}{{.}}{{end}}", "none[3 4 5]"),
        ("{{with .None}}a{{else with .I}}{{.}}{{else}}b{{end}}", "17"),
    ])
    func `if and with follow Go's truth`(source: String, expected: String) {
        #expect(Fixture.expand(source) == expected)
    }

    @Test(arguments: [
        ("{{range .SI}}-{{.}}-{{end}}", "-3--4--5-"), ("{{range .Empty}}a{{else}}EMPTY{{end}}", "EMPTY"),
        ("{{range .MSI}}{{.}}{{end}}", "132"), ("{{range .MSI}}{{.}}{{else}}no{{end}}{{range .MEmpty}}a{{else}}none{{end}}", "132none"),
        ("{{range .SI}}{{.}}{{else}}no{{end}}{{range 2}}{{.}}{{else}}no{{end}}", "34501"),
        ("{{range $k, $v := .MSI}}<{{$k}}={{$v}}>{{end}}", "<one=1><three=3><two=2>"),
        ("{{range $x := .SI}}<{{$x}}>{{end}}", "<3><4><5>"),
        ("{{range $i, $x := .SI}}<{{$i}}={{$x}}>{{end}}", "<0=3><1=4><2=5>"),
        ("{{range 3}}{{.}}{{end}}{{range 0}}x{{else}}none{{end}}", "012none"),
        ("{{range .None}}a{{else}}b{{end}}", "b"),
        ("{{range .SI}}{{if eq . 4}}{{break}}{{end}}{{.}}{{end}}", "3"),
        ("{{range .SI}}{{if eq . 4}}{{continue}}{{end}}{{.}}{{end}}", "35"),
        ("{{range .SI}}{{range $.SI}}{{break}}{{end}}{{.}}{{end}}", "345"),
        ("{{$x := 0}}{{$i := 0}}{{range $i, $x = .SI}}{{end}}{{$i}}{{$x}}", "25"),
        ("{{$x := 0}}{{range $x = .SI}}{{end}}{{$x}}", "5"),
        ("{{range .SI}}{{$y := .}}{{if eq $y 4}}{{continue}}{{end}}{{$y}}{{end}}", "35"),
    ])
    func `range visits lists, maps and integers`(source: String, expected: String) {
        #expect(Fixture.expand(source) == expected)
    }

    @Test(arguments: [
        ("{{define `x`}}[{{.}}]{{end}}{{template `x` 3}}{{template `x`}}", "[3][<no value>]"),
        ("{{template `later` .I}}{{define `later`}}{{$}}{{end}}", "17"),
        ("{{block `b` .I}}<{{.}}>{{end}}", "<17>"),
        ("{{define `r`}}{{if lt . 3}}{{.}}{{template `r` add . 1}}{{end}}{{end}}{{template `r` 0}}", "012"),
        ("{{define `x`}} {{end}}{{define `x`}}y{{end}}{{template `x`}}", "y"),
    ])
    func `templates call templates`(source: String, expected: String) { #expect(Fixture.expand(source) == expected) }

    @Test(arguments: [
        ("x \r\n\t{{- 3}}", "x3"), ("{{3 -}}\n\n\ty", "3y"), ("x\n{{-  3   -}}\ny", "x3y"), ("{{-3}}", "-3"),
        ("a{{/* hi */}}b", "ab"), ("a {{- /* hi */ -}} b", "ab"), ("{{-\n/*\nhello\n*/\n-}}x", "x"),
        ("x {{3}} y", "x 3 y"),
        ("{{ 3 -}} {{- 4 }}", "34"),
    ])
    func `trim markers take the space beside them`(source: String, expected: String) {
        #expect(Fixture.expand(source) == expected)
    }

    @Test func `a missing key is no value, the zero or an error as the option says`() {
        #expect(Fixture.expand("{{.MSS.no}}|{{.MSI.no}}", missingKey: .zero) == "|<no value>")
        #expect(Fixture.expand("{{.MSS.no}}", missingKey: .invalid) == "<no value>")
        #expect(
            Fixture.expand("{{.MSS.no}}", missingKey: .error)
                == #"template: t:1:6: executing "t" at <.MSS.no>: map has no entry for key "no""#)
        #expect(
            Fixture.expand("{{ .Foo }}", .none, missingKey: .error)
                == #"template: t:1:3: executing "t" at <.Foo>: nil data; no entry for key "Foo""#)
    }

    @Test func `and, or stop at the argument that settles them`() {
        #expect(Fixture.expand("{{or 1 (die 0)}}{{and 0 (die 0)}}") == "10")
        #expect(Fixture.expand("{{and false 0}} {{and 1 0}} {{and 0 true}} {{and 1 1}}") == "false 0 0 1")
        #expect(Fixture.expand("{{or 0 0}} {{or 1 0}} {{or 0 true}} {{or 1 1}}") == "0 1 true 1")
        #expect(Fixture.expand("{{if and true 1 `hi` | not}}A{{else}}B{{end}}") == "B")
    }

    @Test func `templates of several files see each other`() throws {
        let base = try Template.parse("{{template `name` .}}", name: "base")
        let names = try Template.parse("{{define `name`}}<{{.}}>{{end}}", name: "names")
        #expect(try base.adding(names).execute("x") == "<x>")
        #expect(try names.execute("x", definition: "name") == "<x>")
        #expect(names.definedNames == ["name", "names"])
    }

    @Test(arguments: [
        ("{{nil}}", "1:2", "nil", "nil is not a command"),
        ("{{.X.Y}}", "1:4", ".X.Y", "can't evaluate field Y in type string"),
        ("{{.MSI.one 1}}", "1:6", ".MSI.one", "one is not a method but has arguments"),
        ("{{.X 1}}", "1:2", ".X", "X has arguments but cannot be invoked as function"),
        ("{{3 2}}", "1:2", "3", "can't give argument to non-function 3"),
        ("{{$x := 1}}{{3 | $x}}", "1:17", "$x", "can't give argument to non-function $x"),
        ("{{3 | oneArg}}", "1:6", "oneArg", "wrong type for value; expected string; got int"),
        ("{{oneArg 3}}", "1:9", "3", "expected string; found 3"),
        ("{{add `x`}}", "1:6", "`x`", "expected integer; found `x`"),
        ("{{oneArg nil}}", "1:9", "nil", "cannot assign nil to string"),
        ("{{oneArg .None}}", "1:9", ".None", "invalid value; expected string"),
        ("{{oneArg}}", "1:2", "oneArg", "wrong number of args for oneArg: want 1 got 0"),
        ("{{printf}}", "1:2", "printf", "wrong number of args for printf: want at least 1 got 0"),
        ("{{.Pair.Fail}}", "1:7", ".Pair.Fail", "error calling Fail: my error"),
        ("{{(nil).True}}", "1:3", "nil", "nil is not a command"),
        ("{{0x8000000000000000}}", "1:2", "0x8000000000000000", "0x8000000000000000 overflows int"),
        ("\n {{template `no`}}", "2:12", "{{template \"no\"}}", "template \"no\" not defined"),
        ("{{$x = 1}}", "1:7", "1", "undefined variable: $x"),
        ("{{range .X}}{{end}}", "1:8", ".X", "range can't iterate over x"),
        ("{{range $a, $b := 3}}{{end}}", "1:18", "3", "can't use 3 to iterate over more than one variable"),
        ("{{(echo `m`).banana}}", "1:8", "`m`", "can't evaluate field banana in type string"),
        ("{{call 3}}", "1:2", "call 3", "error calling call: non-function 3 of type int"),
        ("{{3 | call}}", "1:6", "call", "error calling call: non-function <int Value> of type int"),
        ("{{`f` | call}}", "1:8", "call", "error calling call: non-function f of type string"),
        ("{{call nil}}", "1:2", "call nil", "error calling call: call of nil"),
        ("{{index .SI 10}}", "1:2", "index .SI 10", "error calling index: index out of range: 10"),
    ])
    func `an execution that fails says where`(source: String, place: String, node: String, message: String) {
        #expect(Fixture.expand(source) == "template: t:\(place): executing \"t\" at <\(node)>: \(message)")
    }

    @Test func `an error inside a called template names it and its place`() {
        let source = """
            line 1
            line 2
            line 3
            {{template "one" .}}
            {{define "one"}}{{template "two" .}}{{end}}
            {{define "two"}}{{template "three" .}}{{end}}
            {{define "three"}}{{index "hi" $}}{{end}}
            """
        #expect(
            Fixture.expand(source, 5)
                == #"template: t:7:20: executing "three" at <index "hi" $>: error calling index: index out of range: 5"#
        )
    }

    @Test func `the range of an error covers the construct`() {
        let source = "ab {{ .X.Y | print }}"
        #expect(throws: TemplateError.self) { try Template.parse(source, name: "t").execute(Fixture.data) }
        do throws(TemplateError) {
            _ = try Template.parse(source, name: "t").execute(Fixture.data)
        } catch {
            #expect(error.range.lowerBound == 6 && error.range.upperBound == 10)
            #expect(error.message == "can't evaluate field Y in type string")
            #expect(error.stage == .executing)
        }
    }
}
