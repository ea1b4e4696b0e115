import LapwingSeries
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
        var state = seed
        func next(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        for _ in 0..<20 {
            var pairs: [[Label]] = [[], []]
            for index in 0..<2 {
                for _ in 0..<next(8) {
                    pairs[index].append(Label(name: "l\(next(9))", value: next(5) == 0 ? "" : "v\(next(100))"))
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
