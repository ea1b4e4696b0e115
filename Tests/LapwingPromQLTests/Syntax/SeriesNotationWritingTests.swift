import LapwingPromQL
import LapwingSeries
import SeededRandom
import Testing

@Suite struct `Series written in the tests' notation` {
    @Test(arguments: [
        ("1 2 3 4 8", "1+1x3 8"), ("5 5 5", "5x2"), ("1 2", "1 2"), ("10 5 0 _ _ stale", "10-5x2 _x2 stale"), ("0.1 0.2 0.3", "0.1 0.2 0.3"),
        ("NaN +Inf -Inf -0", "NaN +Inf -Inf -0"),
    ])
    func `runs become one item`(values: String, text: String) throws {
        #expect(SeriesNotation.text(of: try SeriesNotation.values(values)) == text)
    }

    @Test func `histograms are written with what is not zero`() throws {
        let text = "{{schema:1 sum:5 count:4 z_bucket:1 z_bucket_w:0.1 offset:-1 buckets:[1 0 2] n_buckets:[1] counter_reset_hint:gauge}}x2"
        #expect(SeriesNotation.text(of: try SeriesNotation.values(text)) == text)
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>) func `what is written is read back bit for bit`(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        for _ in 0..<300 {
            let numbers: [Double] = [0, 1, 2, 3, -1, 0.1, 1e300, 4_503_599_627_370_495, .nan, .infinity, StaleMarker.value, -0.0]
            var values: [NotatedValue] = []
            while values.count < 12 {
                let start = numbers.randomElement(using: &generator) ?? 0
                let step = Double(Int.random(in: -2...2, using: &generator))
                let isGap = Int.random(in: 0...4, using: &generator) == 0
                for index in 0..<Int.random(in: 1...4, using: &generator) { values.append(isGap ? .gap : .float(start + step * Double(index))) }
            }
            let text = SeriesNotation.text(of: values)
            let read = try SeriesNotation.values(text)
            #expect(read.map(bits) == values.map(bits), "seed \(seed): \(text)")
        }
    }

    private func bits(_ value: NotatedValue) -> UInt64? {
        if case .float(let number) = value { number.isStaleMarker || !number.isNaN ? number.bitPattern : 1 } else { nil }
    }
}
