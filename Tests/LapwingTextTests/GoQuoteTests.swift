import LapwingText
import Testing

@Suite struct `Quoted text as Go has it` {
    @Test(arguments: [
        ("plain", #""plain""#), ("a\"b", #""a\"b""#), ("tab\there", #""tab\there""#), ("\u{1}", #""\x01""#),
        ("é☺", #""é☺""#), ("\u{200B}", #""\u200b""#), ("\u{E000}", #""\ue000""#), ("back\\slash", #""back\\slash""#),
    ])
    func `text is quoted as strconv quotes it`(text: String, quoted: String) { #expect(GoQuote.quote(text) == quoted) }

    @Test(arguments: [
        (#""a\n\x41\u00e9\U0001F600\101""#, "a\nAé😀A"), ("'single \"double\"'", "single \"double\""),
        ("`raw \\n`", "raw \\n"), (#"'it\'s'"#, "it's"),
    ])
    func `quoted text is read`(quoted: String, text: String) throws { #expect(try GoQuote.unquote(quoted) == text) }

    @Test(arguments: [
        ("\"open", 0), (#""\q""#, 1), (#""\x4""#, 1), ("\"a\nb\"", 2), (#""\400""#, 1), (#""\U00110000""#, 1), ("x", 0),
    ])
    func `a fault is told with its place`(quoted: String, offset: Int) {
        #expect { try GoQuote.unquote(quoted) } throws: { ($0 as? GoQuote.UnquoteError)?.offset == offset }
    }
}
