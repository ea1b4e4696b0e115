import LapwingText
import LapwingYAML
import Testing

/// What a person reads when a text is no YAML: the place and the first line of the message, and the help.
struct FaultTests {
    @Test(arguments: [
        ("a:\n\tb: 1", "2:1", "a tab is used for indentation", "indent with spaces; YAML gives tabs no width"),
        ("-\t- a", "1:3", "a tab before a list item", "put a space in its place"),
        ("a: 1\nb:2\nc: 3", "2:2", "this key has no space after its colon", "write \"key: value\" with a space"),
        ("a: \"x", "1:4", "this quote is never closed", "expected the closing \" before the end of the text"),
        (
            "a: 'x\nb: y'", "2:1", "this line is indented by 0 spaces, expected at least 1 space",
            "it continues the quotes opened at line 1, column 4; were they meant to be closed before?"
        ),
        (
            "a: [1,\n  2\n", "1:4", "this \"[\" is never closed",
            "expected \"]\" before the end of the text, at line 3, column 1"
        ),
        (
            "a:\n    b: 1\n  c: 2", "3:3", "this line is indented by 2 spaces, expected 0 or 4 spaces",
            "the entries of one list or mapping start in the same column"
        ),
        (
            "- a: 1\n   b: 2", "2:5",
            "this line is indented by 3 spaces, so it continues what starts at line 1, column 6, and cannot hold a key",
            "a key beside that one is indented by 2 spaces; text that contains \": \" must be quoted"
        ),
        (
            "a: b: c", "1:5", "a mapping cannot start in this line",
            "quote text that contains \": \", or start the mapping on a line of its own"
        ),
        (
            "a: 'it's'", "1:8", "text after the closing quote of a text, which started at line 1, column 4",
            "inside single quotes, write '' for a quote"
        ),
        ("a: 'x'#c", "1:7", "a comment right after the closing quote of a text", "put a space before the \"#\""),
        ("a: `x`", "1:4", "\"`\" is reserved and cannot start a plain text", "quote the text"),
        (
            "a: *x", "1:4", "alias *x names no anchor before it",
            "anchors are written \"&x\", in the same document; quote text that starts with \"*\""
        ),
        ("a: &x [*x]", "1:8", "alias *x stands inside the node that it names", nil),
        (
            "a: !e!x 1", "1:4", "tag handle !e! is not defined in this document",
            "define it before the document's \"---\": %TAG !e! tag:example.com,2000:"
        ),
        (
            "a: \"\\q\"", "1:5", "unknown escape \"\\q\"",
            "write \"\\\\\" for a backslash, or use single quotes, which have no escapes"
        ),
        ("a: \"\\uD800\"", "1:5", "this escape is no Unicode character", nil),
        ("a: \"\\uD83D\\u0041\"", "1:5", "this escape is no Unicode character", nil),
        ("a: \"\\uDE00\\uD83D\"", "1:5", "this escape is no Unicode character", nil),
        ("a: \"\\uD83D\\u00\"", "1:11", "expected 4 hexadecimal digits after \"\\u\"", nil),
        ("a: \"\\x1\"", "1:5", "expected 2 hexadecimal digits after \"\\x\"", nil),
        ("%YAML 2.0\n---\n", "1:7", "YAML 2.0 is not known", "this reads YAML 1.2"),
        ("%YAML 1.x\n---\n", "1:1", "expected a version, as in \"%YAML 1.2\"", nil),
        ("%TAG !e t:\n---\n", "1:1", "expected a handle and a prefix, as in \"%TAG !e! tag:example.com,2000:\"", nil),
        ("%TAG e! t:\n---\n", "1:1", "expected a handle and a prefix, as in \"%TAG !e! tag:example.com,2000:\"", nil),
        ("%TAG !e.! t:\n---\n", "1:1", "expected a handle and a prefix, as in \"%TAG !e! tag:example.com,2000:\"", nil),
        ("%TAG !e! t:\n%TAG !e! u:\n---\n", "2:6", "a second %TAG directive for !e!", nil),
        (
            "a: 1\n- b", "2:1", "a list item among the keys of the mapping that starts at line 1, column 1",
            "indent the list, or give it a key of its own"
        ),
        ("- a\nb: 1", "2:1", "expected \"- \" for the next item of the list that starts at line 1, column 1", nil),
        ("a: \u{1}", "1:4", "control character U+0001", "in double quotes, write it as \\x01"),
        ("[a}", "1:3", "expected \",\" or \"]\" in what was opened at line 1, column 1", nil),
        (
            "{a: 1\n b: 2}", "2:3", "expected \",\" or \"}\" in what was opened at line 1, column 1",
            "is a comma missing before this key, or a space behind an earlier colon?"
        ),
    ])
    func `a fault is told with its place and what to do`(
        _ text: String, _ place: String, _ message: String, _ help: String?
    ) throws {
        let source = SourceText(name: "t", text)
        let error = #expect(throws: SourceError.self) { try YAML.documents(in: source) }
        let diagnostic = try #require(error?.diagnostics.first)
        #expect(diagnostic.message == message)
        #expect(source.position(of: diagnostic.range?.lowerBound ?? -1).description == place)
        #expect(diagnostic.help == help)
    }

    @Test(arguments: [
        ([0xFF, 0xFE, 0x61, 0x00], "the text is UTF-16 or UTF-32"), ([0x00, 0x61], "the text is UTF-16 or UTF-32"),
        ([0x61, 0xFF], "byte 0xFF is not valid UTF-8"), ([0xC3], "byte 0xC3 is not valid UTF-8"),
        ([0xC0, 0x80], "byte 0xC0 is not valid UTF-8"), ([0xE0, 0x80, 0x80], "byte 0xE0 is not valid UTF-8"),
        ([0xED, 0xA0, 0x80], "byte 0xED is not valid UTF-8"),
        ([0xF4, 0x90, 0x80, 0x80], "byte 0xF4 is not valid UTF-8"),
        ([0xC2, 0x80], "control character U+0080"), ([0x61, 0x7F], "control character U+007F"),
        ([0x61, 0xEF, 0xBB, 0xBF], "a byte order mark inside the text"),
        ([0x61, 0x62, 0x00], "control character U+0000"),
    ])
    func `bytes that are no text are refused`(_ bytes: [UInt8], _ message: String) {
        let error = #expect(throws: SourceError.self) { try YAML.documents(in: SourceText(name: "t", bytes: bytes)) }
        #expect(error?.diagnostics.first?.message == message)
    }
}
