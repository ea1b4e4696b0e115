import LapwingExposition
import LapwingText
import SeededRandom
import Testing

@Suite struct ExpositionCheckTests {
    private func told(_ page: String, _ format: ExpositionFormat) -> [String] {
        let source = SourceText(name: "page", page)
        return ExpositionCheck.diagnostics(of: source.bytes.span, as: format).map { $0.line(in: source) }
    }

    @Test func `each broken rule is told with its place`() {
        let page = """
            # TYPE a counter
            a_total -1
            # HELP a late
            # TYPE h histogram
            h_bucket{le="2"} 2
            h_bucket{le="1",} 1
            h_count 2.5
            b 1 # {x="y"} 1
            # EOF

            """
        #expect(
            told(page, .openMetrics) == [
                "page:2:1: error: a _total is not negative (\"a\")",
                "page:3:8: error: metadata of \"a\" stands after its samples",
                "page:4:8: error: a histogram has a bucket with le=\"+Inf\" (\"h\")",
                "page:4:8: error: a histogram's count is that of its +Inf bucket (\"h\")",
                "page:4:8: error: a histogram with a count has a sum (\"h\")",
                "page:6:1: error: the bounds of buckets ascend (\"h\")",
                "page:6:1: error: the values of buckets do not descend (\"h\")",
                "page:6:16: error: a comma stands before the closing brace",
                "page:7:1: error: a _count is a whole number (\"h\")",
                "page:8:1: error: only a counter's _total and a histogram's buckets have exemplars (\"b\")",
            ])
    }

    @Test func `a line that cannot be read is told beside the faults before it`() {
        #expect(
            told("# TYPE a counter\na_total -1\na_total x\n# EOF\n", .openMetrics) == [
                "page:2:1: error: a _total is not negative (\"a\")", "page:3:9: error: expected a number, got \"x\"",
            ])
        #expect(
            told("a{b=\"1\",b=\"2\"} 1\nc 1 x\n", .prometheusText) == [
                "page:1:1: error: label name \"b\" is not unique",
                "page:2:5: error: expected timestamp or new record, got \"x\"",
            ])
    }

    @Test func `a page that keeps the rules has no errors`() {
        #expect(told("# TYPE a counter\na_total 1\na_created 2\n# EOF\n", .openMetrics) == [])
        #expect(told("a 1\r", .prometheusText).count == 1)
        #expect(told("# TYPE a counter\na 1\n", .prometheusText) == [])
    }

    @Test(arguments: 0..<100) func `a mutated page is judged without a trap`(seed: UInt64) {
        var random = SeededGenerator(seed)
        let alphabet = Array("{}\"\\,=# \n\ta1.eEN+-_\0\r".utf8) + [0xC3, 0xFF]
        for _ in 0..<10 {
            var bytes = Array(ReadingFuzzTests.page.utf8)
            for _ in 0..<(1 + random.next() % 3) {
                bytes[Int(random.next() % UInt64(bytes.count))] = alphabet[Int(random.next() % UInt64(alphabet.count))]
            }
            let diagnostics = ExpositionCheck.diagnostics(of: bytes.span, as: .openMetrics)
            #expect(diagnostics.count <= ExpositionCheck.diagnosticLimit, "seed \(seed)")
        }
    }
}
