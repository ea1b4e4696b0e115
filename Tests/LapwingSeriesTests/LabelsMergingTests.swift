import LapwingSeries
import SeededRandom
import Testing

@Suite struct LabelsMergingTests {
    @Test func `the other set wins where both have a label`() {
        let a = Labels(metric: "m", ["a": "1", "c": "3", "z": "9"])
        let b = Labels(metric: "", ["b": "2", "c": "4"])
        #expect(a.merging(b) == Labels(metric: "m", ["a": "1", "b": "2", "c": "4", "z": "9"]))
        #expect(b.merging(a) == Labels(metric: "m", ["a": "1", "b": "2", "c": "3", "z": "9"]))
        #expect(a.merging(.empty) == a && Labels.empty.merging(a) == a)
    }

    @Test(arguments: 0..<50) func `merging agrees with a dictionary, and so does making in any order`(seed: UInt64) {
        var random = SeededGenerator(seed)
        for _ in 0..<20 {
            var pairs: [[Label]] = [[], []]
            for index in 0..<2 {
                for _ in 0..<random.below(8) {
                    pairs[index].append(Label(name: "l\(random.below(9))", value: random.below(5) == 0 ? "" : "v\(random.below(100))"))
                }
            }
            let sets = pairs.map { pairs in
                Dictionary(pairs.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }).filter { !$0.value.isEmpty }
            }
            let merged = Labels(pairs[0]).merging(Labels(pairs[1]))
            let expected = sets[0].merging(sets[1]) { $1 }.sorted { $0.key < $1.key }
            #expect(merged.map { "\($0.name)=\($0.value)" } == expected.map { "\($0.key)=\($0.value)" }, "seed \(seed)")
            #expect(merged == Labels(expected.reversed().map { Label(name: $0.key, value: $0.value) }), "seed \(seed)")
        }
    }
}
