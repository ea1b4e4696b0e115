@testable import LapwingBlocks
import LapwingSeries
import SeededRandom
import Testing

@Suite struct `Chunks of floats` {
    static func decoded(
        _ encoding: ChunkEncoding, _ bytes: [UInt8], in range: ClosedRange<Int64> = .min ... .max
    ) throws -> [TestSample] {
        var columns = SampleColumns()
        try encoding.decode(bytes.span, 0..<bytes.count, in: range, into: &columns)
        return columns.times.indices.map {
            TestSample(time: columns.times[$0], value: columns.values[$0], start: columns.startTimes.isEmpty ? 0 : columns.startTimes[$0])
        }
    }

    /// Regular and jittered times, jumps of every width, values of every kind.
    static func samples(_ random: inout SeededGenerator, starts: Bool) -> [TestSample] {
        var time = Int64.random(in: -2_000_000_000_000...2_000_000_000_000, using: &random)
        var start = starts && Bool.random(using: &random) ? time - 1000 : 0
        var value = 0.0
        return (0..<Int.random(in: 1...300, using: &random)).map { _ in
            switch Int.random(in: 0..<12, using: &random) {
            case 0: time += Int64.random(in: 1...20, using: &random)
            case 1: time += 1 << Int64.random(in: 0...36, using: &random)
            case 2, 3: time += 15_000 + Int64.random(in: -10...10, using: &random)
            default: time += 15_000
            }
            switch Int.random(in: 0..<12, using: &random) {
            case 0: value = .random(in: -1e9...1e9, using: &random)
            case 1: value = Double(bitPattern: .random(in: .min ... .max, using: &random))
            case 2: value = StaleMarker.value
            case 3: value = [.nan, .infinity, -.infinity, -0.0, 0][Int.random(in: 0..<5, using: &random)]
            case 4...8: value = value.isFinite ? value + 1 : 1
            default: break
            }
            if starts, Int.random(in: 0..<20, using: &random) == 0 { start = time - Int64.random(in: 0...100_000, using: &random) }
            return TestSample(time: time, value: value, start: start)
        }
    }

    @Test(arguments: 0..<16) func `what was written is read, bit for bit`(seed: UInt64) throws {
        var random = SeededGenerator(seed)
        let plain = Self.samples(&random, starts: false)
        #expect(try Self.decoded(.xor, ChunkWriting.xor(plain)) == plain, "seed \(seed)")
        #expect(try Self.decoded(.xor2, ChunkWriting.xor2(plain)) == plain, "seed \(seed)")
        let started = Self.samples(&random, starts: true)
        #expect(try Self.decoded(.xor2, ChunkWriting.xor2(started)) == started, "seed \(seed)")
        let (a, b) = (started[Int.random(in: started.indices, using: &random)].time, started[Int.random(in: started.indices, using: &random)].time)
        let range = min(a, b)...max(a, b)
        #expect(try Self.decoded(.xor2, ChunkWriting.xor2(started), in: range) == started.filter { range.contains($0.time) })
        let wanted = plain.filter { range.contains($0.time) }
        #expect(try Self.decoded(.xor, ChunkWriting.xor(plain), in: range) == wanted)
    }

    @Test(arguments: 0..<8) func `bytes that were cut or changed are refused or read, and never trap`(seed: UInt64) {
        var random = SeededGenerator(seed)
        let samples = Self.samples(&random, starts: true)
        for (encoding, whole) in [(ChunkEncoding.xor, ChunkWriting.xor(samples)), (.xor2, ChunkWriting.xor2(samples))] {
            for _ in 0..<60 {
                var bytes = whole
                bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
                for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
                    bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
                }
                let read = (try? Self.decoded(encoding, bytes)) ?? []
                for (a, b) in zip(read, read.dropFirst()) { #expect(a.time < b.time, "seed \(seed)") }
            }
        }
    }
}
