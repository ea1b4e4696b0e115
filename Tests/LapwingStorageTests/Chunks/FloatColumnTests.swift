import LapwingSeries
import SeededRandom
import Testing

@testable import LapwingStorage

@Suite struct FloatColumnTests {
    private func encoded(_ values: [Double]) -> [UInt8] {
        var bytes: [UInt8] = []
        var scratch: [Int64] = []
        FloatColumn.encode(values, into: &bytes, &scratch)
        return bytes
    }

    private func expectLossless(_ values: [Double], _ what: String = "") throws {
        var decoded: [Double] = [77]
        try ChunkReader.withReader(encoded(values)) { (reader) throws(ReadError) in
            try FloatColumn.decode(&reader, count: values.count, into: &decoded)
            try reader.expectEnd()
        }
        #expect(decoded.dropFirst().map(\.bitPattern) == values.map(\.bitPattern), "\(what)")
        for first in [2, 3, values.count / 3, values.count - 1] where first >= 2 && first < values.count {
            decoded = [77]
            try ChunkReader.withReader(encoded(values)) { (reader) throws(ReadError) in
                try FloatColumn.decode(&reader, count: values.count, first: first, into: &decoded)
            }
            #expect(decoded.dropFirst().map(\.bitPattern) == values[..<first].map(\.bitPattern), "the first \(first) \(what)")
        }
    }

    @Test func `every column of up to four special values comes back to the last bit`() throws {
        let alphabet: [Double] = [
            0, -0.0, 1, -1.5, 0.1, .nan, StaleMarker.value, Double(bitPattern: StaleMarker.ordinaryNaNBits), .infinity,
            -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0x1p53, 1.0 / 3,
        ]
        for a in alphabet {
            try expectLossless([a])
            for b in alphabet {
                try expectLossless([a, b])
                for c in alphabet { try expectLossless([a, b, c]) }
            }
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `random bit patterns come back to the last bit`(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        for count in [1, 8, 100, 512] {
            try expectLossless((0..<count).map { _ in Double(bitPattern: generator.next()) }, "seed \(seed)")
        }
    }

    @Test(arguments: 0...17)
    func `decimals with any number of places come back to the last bit`(places: Int) throws {
        var generator = SeededGenerator(UInt64(places))
        var power = 1.0
        for _ in 0..<places { power *= 10 }
        let values = (0..<300).map { _ in Double(Int.random(in: -1_000_000...1_000_000, using: &generator)) / power }
        try expectLossless(values)
        if places <= 15 { #expect(encoded(values).count < 300 * 3, "21 bits and a sign") }
    }

    @Test func `fields that are zero are not written`() {
        #expect(encoded((0..<40).map { Double($0) }) == [0, 1 | 16, 0, 0, 2], "no exponent; deltas of width 0 from 0 on, base 1")
        #expect(encoded(Array(repeating: 0.5, count: 40)) == [16, 1, 1, 0, 10], "one decimal; deltas without base from 5 on")
    }

    @Test func `bit patterns with an exponent are refused`() {
        var decoded: [Double] = []
        #expect(throws: ReadError.self) {
            try ChunkReader.withReader([1 | 16, 0, 0, 0, 0]) { (reader) throws(ReadError) in
                try FloatColumn.decode(&reader, count: 1, into: &decoded)
            }
        }
    }

    /// An order is left out when a few of its residuals, evenly taken, are longer than those of another.
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `columns that are quiet wherever the encoder looks come back to the last bit`(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        for count in [64, 65, 66, 100, 511, 512] {
            let values = (0..<count).map { index in
                index % max(1, count / 32) < 3 ? Double(index) : Double(Int64.random(in: -1 << 50...1 << 50, using: &generator))
            }
            try expectLossless(values, "seed \(seed), \(count) values")
        }
    }

    @Test func `values that seldom change cost a bit each`() throws {
        var generator = SeededGenerator(9)
        var value = 1.0 / 3
        let values = (0..<512).map { _ in
            if Int.random(in: 0..<20, using: &generator) == 0 { value = Double.random(in: 0...1, using: &generator) }
            return value
        }
        #expect(encoded(values).count < 64 + 40 * 8)
        try expectLossless(values)
    }

    @Test func `a stale marker among integers costs its own bytes only`() throws {
        var values = (0..<256).map { Double($0 * 3) }
        values[100] = StaleMarker.value
        #expect(encoded(values).count < 40)
        try expectLossless(values)
    }

    @Test func `columns of every shape come back`() throws {
        var generator = SeededGenerator(1)
        for round in 0..<400 {
            let count = Int.random(in: 1...200, using: &generator)
            let step = Double(Int.random(in: 0...1000, using: &generator))
            let scales: [Double] = [1, 10, 1000, 0.25, 3]
            let scale = scales[Int.random(in: 0..<5, using: &generator)]
            let odd: [Double] = [.nan, -0.0, StaleMarker.value, 1.0 / 7]
            var value = Double(Int.random(in: -100...100_000, using: &generator))
            let oddity = Int.random(in: 0..<40, using: &generator)
            let values = (0..<count).map { index -> Double in
                if Int.random(in: 0..<3, using: &generator) > 0 { value += (step * Double(index % 5)).rounded() }
                if Int.random(in: 0..<40, using: &generator) < oddity / 8 {
                    return odd[Int.random(in: 0..<4, using: &generator)]
                }
                if Int.random(in: 0..<100, using: &generator) == 0 { value = 0 }
                return value / scale
            }
            try expectLossless(values, "round \(round)")
        }
    }
}
