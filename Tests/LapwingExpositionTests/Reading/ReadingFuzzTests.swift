import LapwingExposition
import SeededRandom
import Testing

/// Random and mutated pages: refused or read, never a trap.
@Suite struct ReadingFuzzTests {
    static let page = """
        # HELP h_seconds A "histogram".
        # TYPE h_seconds histogram
        # UNIT h_seconds seconds
        h_seconds_bucket{le="0.1",path="/\\"x\\""} 3 1520879607.789 # {id="a"} 0.05 1.5
        h_seconds_bucket{le="+Inf",path="é"} 7
        {"h.x","l l"="\\n"} NaN
        h_seconds_count 7.4e-05 12
        # EOF

        """

    @Test(arguments: 0..<200) func `a mutated page is read or refused`(seed: UInt64) {
        var random = SeededGenerator(seed)
        var known = SeriesTexts()
        var page = ExpositionPage()
        let alphabet = Array("{}\"\\,=# \n\ta1.eEN+-_\0\r".utf8) + [0xC3, 0xFF]
        for _ in 0..<20 {
            var bytes = Array(Self.page.utf8)
            for _ in 0..<(1 + random.next() % 4) {
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 3 {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(alphabet[Int(random.next() % UInt64(alphabet.count))], at: place)
                default: bytes[place] = alphabet[Int(random.next() % UInt64(alphabet.count))]
                }
            }
            for format in ExpositionFormat.allCases {
                do {
                    _ = try lines(bytes, format, &page, &known)
                    _ = page.metricMetadata(in: bytes.span)
                    for exemplar in page.exemplars { _ = try page.labels(of: exemplar, in: bytes.span) }
                } catch {
                    #expect(!"\(error)".isEmpty, "seed \(seed)")
                }
                #expect(page.series.count >= page.values.count, "seed \(seed)")
            }
        }
    }
}
