import LapwingSeries
import SeededRandom
import Testing

@testable import LapwingStorage

@Suite struct IntegerColumnTests {
    private func encoded(_ values: [Int64], _ orders: [IntegerColumn.Order]) -> [UInt8] {
        var bytes: [UInt8] = []
        var scratch: [Int64] = []
        IntegerColumn.encode(values, orders, into: &bytes, &scratch)
        return bytes
    }

    private func expectLossless(_ values: [Int64], _ what: String = "") throws {
        for orders in IntegerColumn.Order.allCases.map({ [$0] }) + [IntegerColumn.Order.allCases] {
            if orders.count == 1, orders[0].told > values.count { continue }
            var decoded: [Int64] = [77]
            try ChunkReader.withReader(encoded(values, orders)) { (reader) throws(ReadError) in
                try IntegerColumn.decode(&reader, count: values.count, into: &decoded)
                try reader.expectEnd()
            }
            #expect(Array(decoded.dropFirst()) == values, "\(orders) \(what)")
        }
    }

    @Test func `every column of up to four numbers from a small alphabet comes back`() throws {
        let alphabet: [Int64] = [.min, -1, 0, 1, 15_000, .max]
        for count in 0...4 {
            var places = Array(repeating: 0, count: count)
            var isDone = false
            while !isDone {
                try expectLossless(places.map { alphabet[$0] })
                isDone = true
                for index in 0..<count {
                    places[index] += 1
                    if places[index] < alphabet.count {
                        isDone = false
                        break
                    }
                    places[index] = 0
                }
            }
        }
    }

    @Test(arguments: 0...64)
    func `numbers of every width come back`(bits: Int) throws {
        var generator = SeededGenerator(UInt64(bits))
        for count in [1, 3, 8, 65, 300] {
            let mask = bits == 64 ? UInt64.max : (1 << UInt64(bits)) - 1
            let values = (0..<count).map { _ in Int64(bitPattern: generator.next() & mask) }
            try expectLossless(values, "\(bits) bits, \(count) numbers")
        }
    }

    @Test func `outliers stand apart and the rest stays narrow`() throws {
        var values = (0..<512).map { Int64($0 * 100) }
        for index in 300..<512 { values[index] -= 30_000 }
        let bytes = encoded(values, [.deltas])
        #expect(bytes.count < 16)
        try expectLossless(values)
    }

    @Test func `regular times cost the same however many they are`() {
        let times = (0..<512).map { 1_700_000_000_000 + Int64($0) * 15_000 }
        #expect(encoded(times, [.line, .deltas]).count <= 14)
    }

    @Test func `times that jitter by ten milliseconds cost four bits`() throws {
        var generator = SeededGenerator(4)
        let times = (0..<512).map { 1_700_000_000_000 + Int64($0) * 15_000 + Int64.random(in: 0...10, using: &generator) }
        #expect(encoded(times, [.line, .deltas]).count <= 14 + 512 * 4 / 8)
        try expectLossless(times)
    }

    @Test func `multiples of a power of two cost no bits for it`() throws {
        let values = (0..<256).map { Int64($0 % 7) * 4096 }
        #expect(encoded(values, [.values]).count <= 10 + 256 * 3 / 8)
        try expectLossless(values)
    }

    @Test func `what no writer writes is refused`() {
        for bytes: [UInt8] in [
            [], [32, 0, 0], [16, 0], [1], [1, 60], [1, 58, 0, 0], [9, 4, 64], [4, 0, 1, 9, 0], [20, 0, 0, 1, 9, 0], [1, 8, 0, 0, 1],
        ] {
            #expect(throws: ReadError.self, "\(bytes)") {
                try ChunkReader.withReader(bytes) { (reader) throws(ReadError) in
                    var values: [Int64] = []
                    try IntegerColumn.decode(&reader, count: 4, into: &values)
                }
            }
        }
    }
}
