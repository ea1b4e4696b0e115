import LapwingTemplate
import SeededRandom
import Testing

@Suite struct LimitsTests {
    @Test func `nesting has a limit when parsing`() {
        var limits = TemplateLimits()
        limits.nesting = 3
        let parse = { (source: String) in Fixture.expand(source, .none, limits: limits) }
        #expect(parse("{{ ((( 1 ))) }}") == "1")
        #expect(parse("{{ (((( 1 )))) }}") == "template: t:1: max expression depth exceeded")
        #expect(parse("{{if 1}}{{if 1}}{{with 1}}{{.}}{{end}}{{end}}{{end}}") == "1")
        for control in ["if .", "range .", "with .", "block `a` ."] {
            let source = String(repeating: "{{\(control)}}", count: 4) + String(repeating: "{{end}}", count: 4)
            #expect(parse(source) == "template: t:1: max control structure depth exceeded")
        }
        #expect(
            parse("{{if .}}{{else if .}}{{else if .}}{{else if .}}{{end}}")
                == "template: t:1: max control structure depth exceeded")
    }

    @Test func `nesting at the standard limit neither parses nor executes past the stack`() {
        let count = TemplateLimits.standard.nesting
        let source = String(repeating: "{{if 1}}", count: count) + "x" + String(repeating: "{{end}}", count: count)
        #expect(Fixture.expand(source) == "x")
        let deep = String(repeating: "{{if 1}}", count: 20_000)
        #expect(Fixture.expand(deep) == "template: t:1: max control structure depth exceeded")
        let parentheses = "{{" + String(repeating: "(", count: 20_000)
        #expect(Fixture.expand(parentheses) == "template: t:1: max expression depth exceeded")
    }

    @Test func `a template that calls itself for ever is stopped`() {
        let text = Fixture.expand("{{define `r`}}{{template `r` .}}{{end}}{{template `r` .}}")
        #expect(text.hasSuffix("exceeded maximum template depth (1000)"))
    }

    @Test func `steps, output and a function's text have limits`() {
        #expect(Fixture.expand("{{range 100000000}}{{end}}").hasSuffix("more than 1000000 steps"))
        #expect(Fixture.expand("{{range 100000}}0123456789012{{end}}").hasSuffix("more than 1048576 bytes of output"))
        #expect(
            Fixture.expand("{{printf `%999999d%999999d` 1 1}}").hasSuffix(
                "error calling printf: more than 1048576 bytes"))
        #expect(
            Fixture.expand("{{range 1000}}{{$x := printf `%900000d` 1}}{{end}}").hasSuffix("more than 1000000 steps"))
        let doubling = "{{$x := `ab`}}{{range 40}}{{$x = print $x $x}}{{end}}"
        #expect(Fixture.expand(doubling).hasSuffix("error calling print: more than 1048576 bytes"))
    }

    @Test func `random bytes and mutated templates never trap`() {
        let seed: UInt64 = 0x5EED_7E3F
        var random = SeededGenerator(seed)
        let corpus = [
            "{{range $i, $x := .SI}}{{$i}}{{if eq $x 4}}{{break}}{{else}}{{$x | printf \"%5.2f %v\" 1.5}}{{end}}{{end}}",
            "{{define `x`}}{{.}}{{end}}{{template `x` (print .MSI.one 0x1p4 'a')}} {{- /* c */ -}} {{with $y := .Pair}}{{$y.Name}}{{end}}",
            "{{printf \"%*.[2]*[1]d %#v %+q %U %08b\" 3 2 1 .MSI}}{{slice .SI 1 2}}{{index .SI 1}}{{.Pair.Twice 3 | html | js}}",
        ]
        let alphabet = Array("{}()|$.:=,\"'`%*[]#+-0123456789eExXabnilrangeifendelse \n\t/\\\u{E9}".utf8)
        for _ in 0..<3000 {
            var bytes = Array(corpus[Int(random.next() % UInt64(corpus.count))].utf8)
            for _ in 0..<(1 + random.next() % 6) {
                let place = Int(random.next() % UInt64(bytes.count + 1))
                let byte =
                    random.next() % 8 == 0
                    ? UInt8(truncatingIfNeeded: random.next())
                    : alphabet[Int(random.next() % UInt64(alphabet.count))]
                switch random.next() % 3 {
                case 0: bytes.insert(byte, at: place)
                case 1: if place < bytes.count { bytes[place] = byte }
                default: if place < bytes.count { bytes.remove(at: place) }
                }
            }
            let source = String(decoding: bytes, as: UTF8.self)
            let text = Fixture.expand(source)
            #expect(text == Fixture.expand(source), "seed \(seed): \(source) gives two texts")
        }
    }
}
