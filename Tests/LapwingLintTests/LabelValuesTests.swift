import Testing

@testable import LapwingLint

@Suite struct `Values of labels by name` {
    private typealias Values = LabelFacts.Values

    @Test func `are kept as a dictionary keeps them`() {
        for _ in 0..<300 {
            let pairs = (0..<2).map { _ in
                (0..<Int.random(in: 0...6)).map { _ in (["a", "b", "ab", "é", "job", ""].randomElement() ?? "", Values.some([String(Int.random(in: 0...2))])) }
            }
            var (a, b) = (LabelValues(), LabelValues())
            for (name, values) in pairs[0] { a[name] = values }
            for (name, values) in pairs[1] { b[name] = values }
            let (x, y) = (Dictionary(pairs[0]) { $1 }, Dictionary(pairs[1]) { $1 })
            func dictionary(_ values: LabelValues) -> [String: Values] { Dictionary(uniqueKeysWithValues: values.entries.map { ($0.name, $0.values) }) }
            #expect(dictionary(a) == x && Array(a.names) == x.keys.sorted(), "\(pairs)")
            #expect(dictionary(a.merging(b) { $0.union($1) }) == x.merging(y) { $0.union($1) }, "\(pairs)")
            #expect(dictionary(a.merging(b) { $1 }).keys.sorted() == Array(a.merging(b) { $1 }.names), "\(pairs)")
            #expect(dictionary(a.filter { $0 != "job" }) == x.filter { $0.key != "job" }, "\(pairs)")
            #expect(dictionary(a.common(with: b) { $1 }) == y.filter { x[$0.key] != nil }, "\(pairs)")
            a["job"] = nil
            #expect(a["job"] == nil && a["a"] == x["a"] && (a == b) == (dictionary(a) == y), "\(pairs)")
        }
    }
}
