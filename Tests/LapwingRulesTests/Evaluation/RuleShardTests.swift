import LapwingRules
import Testing

@Suite struct `Several evaluators of one rule set` {
    private let keys = (0..<1_000).map { GroupKey(file: "/etc/rules/\($0 % 7).yml", name: "group \($0)") }

    @Test(arguments: [1, 2, 5, 16])
    func `have each group on exactly one of them, and about as many each`(_ count: Int) throws {
        let shards = (1...count).compactMap { RuleShard("\($0)/\(count)") }
        #expect(shards.count == count)
        var sizes = Array(repeating: 0, count: count)
        for key in keys {
            let owners = shards.filter { $0.contains(key) }
            #expect(owners.count == 1)
            sizes[owners[0].number - 1] += 1
        }
        #expect(sizes.allSatisfy { $0 > 1_000 / count * 6 / 10 }, "\(sizes)")
    }

    /// A new version must not move groups either.
    @Test func `keep their groups whatever else there is, from version to version`() {
        let owners = keys.prefix(12).map { key in (1...5).first { RuleShard("\($0)/5")?.contains(key) ?? false } }
        #expect(owners == [1, 5, 3, 1, 2, 4, 3, 5, 2, 2, 2, 1])
    }

    @Test(arguments: ["", "1", "0/5", "6/5", "1/0", "1/1001", "a/b", "1/2/3", "-1/5", "1/ 5"])
    func `are not named like this`(_ text: String) { #expect(RuleShard(text) == nil) }
}
