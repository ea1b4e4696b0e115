import LapwingExposition
import LapwingSeries
import SeededRandom
import Testing

/// A seen line finds its series by its own bytes; the twin is a dictionary of texts.
@Suite struct SeriesTextsTests {
    @Test func `a text keeps its number from page to page, whatever its value or place`() throws {
        var known = SeriesTexts()
        var page = ExpositionPage()
        _ = try lines(Array("a{x=\"1\"} 1\nb 2\nc 3\n".utf8), .prometheusText, &page, &known)
        #expect(page.series == [0, 1, 2] && page.newLines == [0, 1, 2])
        _ = try lines(Array("c 9\na{x=\"1\"} 1\nd 4\nb 2 12\n".utf8), .prometheusText, &page, &known)
        #expect(page.series == [2, 0, 3, 1] && page.newLines == [2])
        #expect(Array(known[3]) == Array("d".utf8))
    }

    @Test func `a name that starts another is not taken for it`() throws {
        var known = SeriesTexts()
        var page = ExpositionPage()
        let pages = ["a 1\nb 1", "a_b 1\nb 1", "a{x=\"1\"} 1\nb 1", "a {x=\"1\"} 1\nb 1", "a\t1\nb{} 2"]
        var names: [[String]] = []
        for text in pages {
            names.append(try lines(Array(text.utf8), .prometheusText, &page, &known).map(\.labels.seriesText))
        }
        #expect(names == [["a", "b"], ["a_b", "b"], [#"a{x="1"}"#, "b"], [#"a{x="1"}"#, "b"], ["a", "b"]])
        #expect(throws: ExpositionError.self) {
            try lines(Array("a".utf8), .prometheusText, &page, &known)
        }
    }

    @Test func `what is kept is renumbered in order and still found`() throws {
        var known = SeriesTexts()
        var page = ExpositionPage()
        _ = try lines(Array("a 1\nb 2\nc 3\n".utf8), .prometheusText, &page, &known)
        #expect(known.keep([true, false, true]) == [0, -1, 1])
        #expect(known.count == 2)
        _ = try lines(Array("a 1\nc 3\nb 2\n".utf8), .prometheusText, &page, &known)
        #expect(page.series == [0, 1, 2] && page.newLines == [2])
    }

    @Test(arguments: 0..<20) func `numbers agree with a dictionary over pages that change at random`(seed: UInt64)
        throws
    {
        var random = SeededGenerator(seed)
        var known = SeriesTexts()
        var page = ExpositionPage()
        var twin: [String: Int32] = [:]
        var names = (0..<60).map { "metric_\($0 % 7)\($0 % 3 == 0 ? "" : "{a=\"\($0)\"}")" }
        for _ in 0..<12 {
            let place = Int(random.next() % UInt64(names.count))
            switch random.next() % 4 {
            case 0: names.remove(at: place)
            case 1: names.insert("new_\(random.next() % 50){b=\"x\"}", at: place)
            case 2: names.swapAt(place, Int(random.next() % UInt64(names.count)))
            default: break
            }
            let text = names.map { "\($0) \(random.next() % 100)\n" }.joined()
            _ = try lines(Array(text.utf8), .prometheusText, &page, &known)
            for (line, name) in names.enumerated() {
                let number = page.series[line]
                let isNew = twin[name] == nil
                #expect(twin[name, default: number] == number, "seed \(seed)")
                #expect(page.newLines.contains(line) == isNew, "seed \(seed), line \(line) \(name)")
                twin[name] = number
            }
        }
        #expect(known.count == twin.count, "seed \(seed)")
    }
}
