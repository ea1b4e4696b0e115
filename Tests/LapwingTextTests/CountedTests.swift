import LapwingText
import Testing

@Suite struct `Words that parsers and reports share` {
    @Test func `one thing is not several`() {
        #expect([0, 1, 2].map { Counted.text($0, "rule") } == ["0 rules", "1 rule", "2 rules"])
    }

    @Test func `a range tells its text by bytes`() {
        #expect(SourceRange(2, 5).text(in: "äabcd") == "abc" && SourceRange(at: 2).text(in: "äabc") == "")
    }
}
