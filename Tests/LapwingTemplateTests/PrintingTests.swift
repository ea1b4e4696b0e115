import LapwingTemplate
import Testing

@Suite struct PrintingTests {
    @Test(arguments: [
        (#"{{printf "%04x" 127}}"#, "007f"),
        (#"{{printf "%d|%5d|%-5d|%05d|%+d|% d" 7 7 7 7 7 7}}"#, "7|    7|7    |00007|+7| 7"),
        (#"{{printf "%b %o %O %#x %#X %X" 5 8 8 255 255 255}}"#, "101 10 0o10 0xff 0XFF FF"),
        (#"{{printf "%c %q %U %#U" 65 65 65 9731}}"#, "A 'A' U+0041 U+2603 '☃'"),
        (#"{{printf "%.3d|%8.3d|%-8.3d|%08.3d" 7 7 7 7}}"#, "007|     007|007     |     007"),
        (#"{{printf "%d %x" -255 -255}}"#, "-255 -ff"), (#"{{printf "%05d" -7}}"#, "-0007"),
        (#"{{printf "%s|%q|%x|%X|%#x|% x" "hi" "hi" "hi" "hi" "hi" "hi"}}"#, "hi|\"hi\"|6869|6869|0x6869|68 69"),
        (#"{{printf "%5s|%-5s|%.1s|%05s|%#q" "hi" "hi" "hi" "hi" "hi"}}"#, "   hi|hi   |h|000hi|`hi`"),
        (
            #"{{printf "%f %.2f %8.3f %-8.1f| %+.1f %08.2f" 1.5 1.5 1.5 1.5 1.5 -1.5}}"#,
            "1.500000 1.50    1.500 1.5     | +1.5 -0001.50"
        ),
        (
            #"{{printf "%e %.2e %g %G %g" 1234.5 1234.5 1e21 1e-7 1234567.0}}"#,
            "1.234500e+03 1.23e+03 1e+21 1E-07 1.234567e+06"
        ),
        (#"{{printf "%v %.3v %b %x" 0.1 3.14159 1.0 1.5}}"#, "0.1 3.14 4503599627370496p-52 0x1.8p+00"),
        (#"{{printf "%t %v %5t" true false true}}"#, "true false  true"),
        (#"{{printf "%T %T %T %T %T" 1 1.0 "s" true nil}}"#, "int float64 string bool <nil>"),
        (#"{{printf "%v %+v %s" .MSI .Pair .MSS}}"#, "map[one:1 three:3 two:2] {Name:seven Value:7} map[a:b]"),
        (#"{{printf "%d %x %q" .SI .SI .MSS}}"#, "[3 4 5] [3 4 5] map[\"a\":\"b\"]"),
        (#"{{printf "%s %q %v %d" .Str .Str .Str .Str}}"#, "foozle \"foozle\" foozle {}"),
        (#"{{printf "%#v %#v" "a" .SI}}"#, "\"a\" []int{3, 4, 5}"),
        (#"{{printf "%*d|%-*d|%.*f|%*d" 5 7 5 7 2 1.5 -5 7}}"#, "    7|7    |1.50|7    "),
        (#"{{printf "%[2]d %[1]d" 1 2}}"#, "2 1"), (#"{{printf "%%|%5%"}}"#, "%|%"),
    ])
    func `printf knows Go's verbs and flags`(source: String, expected: String) {
        #expect(Fixture.expand(source) == expected)
    }

    @Test(arguments: [
        (#"{{printf "%d" "hi"}}"#, "%!d(string=hi)"), (#"{{printf "%s" 3}}"#, "%!s(int=3)"),
        (#"{{printf "%d" 1.5}}"#, "%!d(float64=1.5)"),
        (#"{{printf "%s" true}}"#, "%!s(bool=true)"), (#"{{printf "%d" nil}}"#, "%!d(<nil>)"),
        (#"{{printf "%p" "x"}}"#, "%!p(string=x)"),
        (#"{{printf "%d"}}"#, "%!d(MISSING)"), (#"{{printf "%"}}"#, "%!(NOVERB)"),
        (#"{{printf "x" 1 "b"}}"#, "x%!(EXTRA int=1, string=b)"),
        (#"{{printf "%!" 1}}"#, "%!!(int=1)"), (#"{{printf "%[3]d" 1}}"#, "%!d(BADINDEX)"),
        (#"{{printf "%*d" "x" 1}}"#, "%!(BADWIDTH)1"),
        (#"{{printf "%.*d" "x" 1}}"#, "%!(BADPREC)1"), (#"{{printf "%z" 3}}"#, "%!z(int=3)"),
        (#"{{printf "%s" .None}}"#, "%!s(<nil>)"),
        (#"{{printf "%s" .SI}}"#, "[%!s(int=3) %!s(int=4) %!s(int=5)]"), (#"{{printf "%.2f" 3}}"#, "%!f(int=03)"),
        (#"{{printf "%6.2f%%" 12.345}}"#, " 12.35%"), (#"{{printf "%5d" "hi"}}"#, "%!d(string=   hi)"),
    ])
    func `a wrong use of printf shows in its text`(source: String, expected: String) {
        #expect(Fixture.expand(source) == expected)
    }

    @Test(arguments: [
        ("{{print 1 2 3}}", "1 2 3"), ("{{print `a` `b` 1 2 `c`}}", "ab1 2c"), ("{{println 1 `a` nil}}", "1 a <nil>\n"),
        ("{{print}}", ""),
        ("{{html `<a href=\"x\">'&'</a>`}}", "&lt;a href=&#34;x&#34;&gt;&#39;&amp;&#39;&lt;/a&gt;"),
        ("{{html .None}}", "&lt;no value&gt;"),
        ("{{js `It'd <b> \"x\" \\ = &`}}", #"It\'d \u003Cb\u003E \"x\" \\ \u003D \u0026"#),
        ("{{js `今\u{FDFF}`}}", "今\u{FDFF}"),
        ("{{`http://www.example.org/ a+b`|urlquery}}", "http%3A%2F%2Fwww.example.org%2F+a%2Bb"),
        ("{{len .SI}}{{len .MSI}}{{len `héllo`}}", "336"),
        ("{{index .SI 1}}{{index .MSI `two`}}{{index .Nested 1 `eleven`}}{{index `a` 0}}", "421197"),
        ("{{index .MSS `no`}}|{{index .MSI `no`}}", "|<no value>"),
        ("{{slice .SI 1}}{{slice .SI 1 2}}{{slice `hello` 1 3}}{{slice .SI 0 1 2}}", "[4 5][4]el[3]"),
        ("{{not true}} {{not 0}} {{not .None}}", "false true true"),
        (
            "{{eq 1 1}} {{eq 1 2 3 1}} {{ne `a` `b`}} {{eq 1.5 1.5}} {{eq true false}} {{eq nil .None}} {{eq 1 nil}}",
            "true true true true false true false"
        ),
        ("{{lt 1 2}} {{le 2 2}} {{gt `b` `a`}} {{ge 1.5 2.5}} {{lt `B` `a`}}", "true true true false true"),
    ])
    func `the built-in functions do as Go's`(source: String, expected: String) {
        #expect(Fixture.expand(source) == expected)
    }

    @Test(arguments: [
        ("{{eq 1 1.0}}", "eq 1 1.0", "eq: incompatible types for comparison"),
        ("{{eq `1` 1}}", "eq `1` 1", "eq: incompatible types for comparison"),
        ("{{lt 1 `a`}}", "lt 1 `a`", "lt: incompatible types for comparison"),
        ("{{lt true false}}", "lt true false", "lt: invalid type for comparison"),
        ("{{lt .SI 1}}", "lt .SI 1", "lt: invalid type for comparison"),
        ("{{eq 1}}", "eq 1", "eq: missing argument for comparison"),
        ("{{len 3}}", "len 3", "len: len of type int"), ("{{len nil}}", "len nil", "len: len of nil pointer"),
        ("{{index .SI `x`}}", "index .SI `x`", "index: cannot index slice/array with type string"),
        ("{{index .SI nil}}", "index .SI nil", "index: cannot index slice/array with nil"),
        ("{{index .MSI 10}}", "index .MSI 10", "index: value has type int; should be string"),
        ("{{index nil 1}}", "index nil 1", "index: index of untyped nil"),
        ("{{index 3 1}}", "index 3 1", "index: can't index item of type int"),
        ("{{index .SI 3}}", "index .SI 3", "index: reflect: slice index out of range"),
        ("{{slice .SI 2 1}}", "slice .SI 2 1", "slice: invalid slice index: 2 > 1"),
        ("{{slice 3}}", "slice 3", "slice: can't slice item of type int"),
        ("{{slice `abc` 1 2 3}}", "slice `abc` 1 2 3", "slice: cannot 3-index slice a string"),
    ])
    func `the built-in functions refuse what Go's refuse`(source: String, node: String, message: String) {
        #expect(Fixture.expand(source) == "template: t:1:2: executing \"t\" at <\(node)>: error calling \(message)")
    }
}
