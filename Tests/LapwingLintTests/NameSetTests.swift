import Testing

@testable import LapwingLint

@Suite struct `A set of names` {
    @Test func `does what a hashed set does`() {
        for _ in 0..<500 {
            let lists = (0..<2).map { _ in (0..<Int.random(in: 0...6)).map { _ in ["a", "b", "ab", "é", "job", ""].randomElement() ?? "" } }
            let (a, b) = (NameSet(lists[0]), NameSet(lists[1]))
            let (x, y) = (Set(lists[0]), Set(lists[1]))
            var changed = a
            changed.remove("job")
            changed.insert("z")
            #expect(Array(a) == x.sorted(), "\(lists)")
            #expect(Array(a.union(b)) == x.union(y).sorted() && Array(a.intersection(b)) == x.intersection(y).sorted(), "\(lists)")
            #expect(Array(a.subtracting(b)) == x.subtracting(y).sorted() && a.isDisjoint(with: b) == x.isDisjoint(with: y), "\(lists)")
            #expect((a == b) == (x == y) && (a.hashValue == b.hashValue || x != y) && a.isEmpty == x.isEmpty, "\(lists)")
            #expect(Array(changed) == x.subtracting(["job"]).union(["z"]).sorted() && a.contains("ab") == x.contains("ab"), "\(lists)")
        }
    }
}
