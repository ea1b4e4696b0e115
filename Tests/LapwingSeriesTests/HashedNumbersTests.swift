import LapwingSeries
import Testing

@Suite struct HashedNumbersTests {
    @Test func `numbers are found by hash and by what they stand for, also where hashes are alike`() {
        var numbers = HashedNumbers()
        let things = (0..<1000).map { "thing \($0 % 500)" + ($0 < 500 ? "" : "'") }
        for index in things.indices { numbers.insert(UInt64(index % 500) << 32, index) }
        #expect(numbers.count == 1000)
        for index in things.indices { #expect(numbers.find(UInt64(index % 500) << 32) { things[$0] == things[index] } == index) }
        #expect(numbers.find(3 << 32) { _ in false } == nil)
        #expect(numbers.find(7000 << 32) { _ in true } == nil)
    }
}
