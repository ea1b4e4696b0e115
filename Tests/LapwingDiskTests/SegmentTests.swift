import LapwingDisk
import Testing

@Suite struct `Segments` {
    struct Chunk: Equatable {
        var flags: UInt8
        var count: Int
        var start: Int64
        var end: Int64
        var times: [UInt8]
        var samples: [UInt8]
    }

    private static func write(_ series: [(id: UInt32, key: [UInt8], chunks: [Chunk])], on disk: any Disk, _ path: String = "d/s") throws -> Int {
        var writer = try SegmentWriter(path, in: "d", .segment, number: 3, marker: 77, on: disk)
        for entry in series {
            writer.beginSeries(id: entry.id, key: entry.key, chunks: entry.chunks.count)
            for chunk in entry.chunks {
                try writer.append(
                    flags: chunk.flags, count: chunk.count, start: chunk.start, end: chunk.end, times: chunk.times, samples: chunk.samples)
            }
        }
        writer.append(record: 20, [4, 5, 6])
        return try writer.finish()
    }

    private static func read(_ file: SegmentFile) -> (series: [UInt32: (key: [UInt8], chunks: [Chunk])], records: [UInt8: [UInt8]], damages: [FrameDamage]) {
        var series: [UInt32: (key: [UInt8], chunks: [Chunk])] = [:]
        var records: [UInt8: [UInt8]] = [:]
        let damages = file.forEach(
            series: { entry in
                series[entry.id] = (
                    entry.key,
                    entry.chunks.map {
                        Chunk(
                            flags: $0.flags, count: $0.count, start: $0.start, end: $0.end, times: file.bytes.copy($0.times),
                            samples: file.bytes.copy($0.samples))
                    }
                )
            }, record: { records[$0] = $1 })
        return (series, records, damages)
    }

    private static func example(_ count: Int) -> [(id: UInt32, key: [UInt8], chunks: [Chunk])] {
        (0..<count).map { index in
            let chunks = (0..<(index % 4)).map { place in
                let start = Int64(1_700_000_000_000 + place * 7_680_000 - index)
                return Chunk(
                    flags: UInt8(place), count: 512, start: start, end: start + 7_665_000, times: [UInt8(place), 1, 2],
                    samples: Array(repeating: UInt8(truncatingIfNeeded: index), count: 200 + index % 50))
            }
            return (UInt32(index * 3), Array("http_requests_total{instance=\(1000 + index)}".utf8), chunks)
        }
    }

    @Test func `what was written is read, over many frames`() throws {
        let disk = SimulatedDisk()
        let example = Self.example(8000)
        let size = try Self.write(example, on: disk)
        let file = try SegmentFile("d/s", .segment, on: disk)
        let (series, records, damages) = Self.read(file)
        #expect(damages.isEmpty && file.verify().isEmpty)
        #expect(series.count == 8000 && file.series == 8000 && file.chunks == 12_000)
        #expect(example.allSatisfy { series[$0.id]?.key == $0.key && series[$0.id]?.chunks == $0.chunks })
        #expect(records == [20: [4, 5, 6]])
        #expect(file.earliest == 1_700_000_000_000 - 7999 && file.number == 3)
        let samples = example.reduce(0) { $0 + $1.chunks.reduce(0) { $0 + $1.samples.count } }
        #expect(size - samples < 8000 * 10 + 12_000 * 16, "the index takes \(size - samples) bytes")
        #expect(try disk.list("d") == ["s"])
    }

    @Test func `no bit that flips is missed, and what lies elsewhere is read`() throws {
        let disk = SimulatedDisk()
        let example = Self.example(12)
        let size = try Self.write(example, on: disk)
        for bit in stride(from: 0, to: 8 * size, by: 61) {
            disk.flipBit(bit, of: "d/s")
            defer { disk.flipBit(bit, of: "d/s") }
            let file = try SegmentFile("d/s", .segment, on: disk)
            let (series, _, damages) = Self.read(file)
            let damaged = file.verify()
            #expect(!damaged.isEmpty || !damages.isEmpty, "bit \(bit)")
            for entry in example {
                guard let found = series[entry.id] else { continue }
                #expect(found.key == entry.key)
                for (chunk, expected) in zip(found.chunks, entry.chunks) where chunk != expected {
                    // Only a chunk in a stretch that is reported may differ.
                    #expect(damaged.contains { $0.bytes.contains(bit / 8) }, "bit \(bit)")
                }
            }
            if series.isEmpty { #expect(damages.contains { $0.bytes.contains(bit / 8) }, "bit \(bit)") }
        }
    }

    @Test func `a file that is cut off is told of`() throws {
        let disk = SimulatedDisk()
        let size = try Self.write(Self.example(12), on: disk)
        let bytes = disk.contents(of: "d/s")
        for count in stride(from: 20, to: size, by: 7) {
            disk.setContents(of: "d/cut", Array(bytes[..<count]))
            let file = try SegmentFile("d/cut", .segment, on: disk)
            #expect(!Self.read(file).damages.isEmpty, "cut after \(count)")
        }
    }

    @Test func `a segment has its name only when it is whole, wherever the machine stops`() throws {
        let steps = try { let disk = SimulatedDisk(); _ = try Self.write(Self.example(40), on: disk); return disk.steps }()
        for step in 1...(steps + 1) {
            for seed in 0..<4 {
                let disk = SimulatedDisk(seed: UInt64(seed))
                disk.crash(at: step)
                let isFinished = (try? Self.write(Self.example(40), on: disk)) != nil
                disk.restart(after: .machine)
                guard try disk.list("d").contains("s") else {
                    #expect(!isFinished, "step \(step)")
                    continue
                }
                let file = try SegmentFile("d/s", .segment, on: disk)
                #expect(file.verify().isEmpty && Self.read(file).series.count == 40, "step \(step), seed \(seed)")
            }
        }
    }
}
