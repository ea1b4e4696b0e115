import LapwingDisk
import Testing

@Suite struct `Frames` {
    private static func frame(_ payload: [UInt8]) -> [UInt8] { [UInt8](repeating: 0, count: FrameFormat.frameHeaderBytes) + payload }

    private static func file(_ payloads: [[UInt8]], on disk: SimulatedDisk) throws -> [UInt8] {
        var writer = try FrameWriter(creating: "d/log", .log, number: 7, marker: 0xDEAD_BEEF, on: disk)
        for payload in payloads {
            var frame = frame(payload)
            try writer.append(&frame)
        }
        return disk.contents(of: "d/log")
    }

    private static func read(_ bytes: [UInt8]) throws -> (payloads: [[UInt8]], damages: [FrameDamage]) {
        var reader = try FrameReader(FileBytes(bytes), name: "log", .log)
        var payloads: [[UInt8]] = []
        while let payload = reader.next() { payloads.append(reader.bytes.copy(payload)) }
        return (payloads, reader.damages)
    }

    private static let payloads: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 0xEF, count: 300), Array("the last".utf8)]

    @Test func `the checksum is CRC-32C`() {
        #expect(Checksum.crc32c(Array("123456789".utf8)) == 0xE306_9283)
        #expect(Checksum.crc32c([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(Checksum.crc32c((0..<32).map { UInt8($0) }) == 0x46DD_794E)
        #expect(Checksum.crc32c([]) == 0)
    }

    @Test func `what was written is read`() throws {
        let (payloads, damages) = try Self.read(try Self.file(Self.payloads, on: SimulatedDisk()))
        #expect(payloads == Self.payloads)
        #expect(damages.isEmpty)
    }

    @Test func `a file that ends anywhere gives its whole frames and tells of the rest`() throws {
        let bytes = try Self.file(Self.payloads, on: SimulatedDisk())
        for end in 20...bytes.count {
            let (payloads, damages) = try Self.read(Array(bytes[..<end]))
            #expect(payloads == Array(Self.payloads.prefix(payloads.count)))
            let whole = 20 + payloads.reduce(0) { $0 + 16 + $1.count }
            #expect(whole == end ? damages.isEmpty : damages == [FrameDamage(bytes: whole..<end, frames: 1, isTail: true)])
        }
        for end in 0..<20 { #expect(throws: FormatError.self) { try Self.read(Array(bytes[..<end])) } }
    }

    @Test func `any flipped bit costs at most one frame, and is told`() throws {
        let bytes = try Self.file(Self.payloads, on: SimulatedDisk())
        for bit in 0..<(8 * bytes.count) {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let (payloads, damages) = try Self.read(changed)
            #expect(damages.count == 1)
            let lost = Self.payloads.filter { !payloads.contains($0) }
            #expect(lost.count == (bit / 8 < 20 ? 0 : 1) && payloads == Self.payloads.filter { !lost.contains($0) }, "bit \(bit)")
            #expect(damages.first?.isTail == (lost == [Self.payloads[3]]), "bit \(bit)")
        }
    }

    @Test func `a damage says how many frames it took`() throws {
        var bytes = try Self.file(Self.payloads, on: SimulatedDisk())
        for index in 20..<50 { bytes[index] = 0 }
        let (payloads, damages) = try Self.read(bytes)
        #expect(payloads == Array(Self.payloads[2...]))
        #expect(damages == [FrameDamage(bytes: 20..<55, frames: 2, isTail: false)])
    }

    @Test func `a payload that looks like a frame is none`() throws {
        let inner = try Self.file([[9, 9, 9]], on: SimulatedDisk())
        let disk = SimulatedDisk()
        var writer = try FrameWriter(creating: "d/log", .log, number: 1, marker: 0x0102_0304, on: disk)
        var frame = Self.frame(Array(inner[20...]))
        try writer.append(&frame)
        var bytes = disk.contents(of: "d/log")
        bytes[21] ^= 1
        let (payloads, damages) = try Self.read(bytes)
        #expect(payloads.isEmpty)
        #expect(damages.count == 1)
    }

    @Test func `another version is refused by its number, another kind by what it is`() throws {
        var bytes = try Self.file([], on: SimulatedDisk())
        #expect { try FrameReader(FileBytes(bytes), name: "log", .segment) } throws: { "\($0)".contains("holds something else (kind 1)") }
        bytes[4] = 9
        let sum = Checksum.crc32c(Array(bytes[..<16]))
        for index in 0..<4 { bytes[16 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * index)) }
        #expect { try FrameReader(FileBytes(bytes), name: "d/log", .log) } throws: {
            ($0 as? FormatError)?.isUnknownVersion == true && "\($0)".hasPrefix("d/log: it is written in version 9 of the format")
        }
    }

    @Test func `a write that does not fit leaves the file as it was, and works when there is room`() throws {
        let disk = SimulatedDisk()
        var writer = try FrameWriter(creating: "d/log", .log, number: 1, marker: 5, on: disk)
        disk.setCapacity(50)
        var frame = Self.frame(Array(repeating: 7, count: 100))
        #expect { try writer.append(&frame) } throws: { ($0 as? DiskError)?.reason == .full }
        #expect(disk.usedBytes == 20)
        disk.setCapacity(.max)
        try writer.append(&frame)
        let (payloads, damages) = try Self.read(disk.contents(of: "d/log"))
        #expect(payloads.map(\.count) == [100] && damages.isEmpty)
    }

    @Test func `bytes at random are refused or passed over, and never trap`() throws {
        var random = SystemRandomNumberGenerator()
        let bytes = try Self.file(Self.payloads, on: SimulatedDisk())
        for _ in 0..<2000 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let (payloads, _) = try? Self.read(changed) else { continue }
            #expect(payloads.allSatisfy { Self.payloads.contains($0) }, "\(changed)")
        }
    }
}
