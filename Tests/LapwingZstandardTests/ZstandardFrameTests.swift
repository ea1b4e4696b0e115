import Foundation
import LapwingZstandard
import SeededRandom
import Testing

@Suite struct `Frames of zstd` {
    private static let program = "/usr/bin/zstd"
    private static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    private func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.utf8.filter { $0 != 0x20 })
        return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16) }
    }

    /// What the program makes of some bytes.
    private func compressed(_ bytes: [UInt8], _ flags: [String]) throws -> [UInt8] {
        let file = FileManager.default.temporaryDirectory.appending(path: "lapwing-zstd-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(bytes).write(to: file)
        let process = Process()
        process.executableURL = URL(filePath: Self.program)
        process.arguments = flags + ["-q", "-c", file.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Array(output)
    }

    /// Text like a log's, runs, noise, and all lengths around the borders of the format.
    static let samples: [[UInt8]] = {
        var random = SeededGenerator(1)
        let lines = (0..<3500).map { time in
            let (host, code, value) = (random.below(40), 200 + 100 * random.below(4), random.below(100_000))
            return "reqs_total{instance=\"host-\(host):9100\",code=\"\(code)\"} \(value) 17000\(time)\n"
        }
        let text = Array(lines.joined().utf8)
        let noise = (0..<20_000).map { _ in UInt8(random.below(256)) }
        let skewed = (0..<30_000).map { _ in UInt8(min(random.below(200), random.below(200), random.below(200))) }
        let short = [0, 1, 2, 7, 31, 32, 33, 63, 255, 256, 257, 1023, 1024, 4096].map { Array(text[..<$0]) }
        return short + [text, noise, skewed, [UInt8](repeating: 7, count: 300_000), Array(text[..<5000]) + noise + text[..<9000] + skewed[..<20_000]]
    }()

    @Test(.enabled(if: isInstalled, "needs zstd"), arguments: [["-1"], ["-3"], ["-19", "--no-check"], ["--fast=5"]])
    func `what the program compressed is what it was`(flags: [String]) throws {
        for sample in Self.samples {
            let frame = try compressed(sample, flags)
            #expect(try ZstandardFrame.decompress(frame, limit: sample.count) == sample, "\(sample.count) bytes, \(flags)")
            if sample.isEmpty { continue }
            #expect(throws: ZstandardError.tooLong(limit: sample.count - 1)) { try ZstandardFrame.decompress(frame, limit: sample.count - 1) }
        }
    }

    @Test func `a frame is known by heart`() throws {
        // printf 'lapwing lapwing lapwing lapwing\n' | zstd -3
        let frame = bytes(Self.lapwings)
        let text = Array("lapwing lapwing lapwing lapwing\n".utf8)
        #expect(try ZstandardFrame.decompress(frame, limit: 100) == text)
        // Frames follow one another, and what can be skipped is.
        #expect(try ZstandardFrame.decompress(frame + bytes("502A4D18 03000000 010203") + frame, limit: 100) == text + text)
        #expect(try ZstandardFrame.decompress([], limit: 0) == [])
        var wrong = frame
        wrong[wrong.count - 1] ^= 1
        #expect(throws: ZstandardError.self) { try ZstandardFrame.decompress(wrong, limit: 100) }
        for cut in 1..<frame.count { #expect(throws: ZstandardError.self) { try ZstandardFrame.decompress(Array(frame[..<cut]), limit: 100) } }
    }

    static let lapwings = "28b52ffd04587d0000486c617077696e67200a0100ab0b177a76367c"

    /// One block writes eight bytes; each of the others has 32,000 matches of three bytes and nothing else: its three tables are of one
    /// symbol each, so that its sequences take no bits. Copying all that was written for each match would take a quarter of an hour.
    @Test(.timeLimit(.minutes(5))) func `a match costs what it writes, however much was written before it`() throws {
        let blocks = 40
        let matches = "00 FD 00 54 00 00 00 01"
        var frame = bytes("28B52FFD 00 58" + "400000" + "0102030405060708")
        for number in 1...blocks { frame += bytes((number == blocks ? "45" : "44") + "0000" + matches) }
        let written = try ZstandardFrame.decompress(frame, limit: 10_000_000)
        #expect(written.count == 8 + blocks * 32_000 * 3)
        #expect(Array(written[..<14]) == [1, 2, 3, 4, 5, 6, 7, 8, 5, 6, 7, 7, 7, 7])
    }

    @Test func `a block that comes to more than 128 KiB is refused`() {
        // 44,000 matches of three bytes, coded as above.
        let frame = bytes("28B52FFD 00 58" + "400000" + "0102030405060708" + "4D0000" + "00 FF E02C 54 00 00 00 01")
        #expect(throws: ZstandardError.damaged("a block has 132000 bytes", offset: frame.count)) {
            try ZstandardFrame.decompress(frame, limit: 10_000_000)
        }
    }

    @Test(.enabled(if: isInstalled, "needs zstd"), arguments: 0..<6 as Range<UInt64>)
    func `frames that were cut or changed are refused or read, and never trap`(seed: UInt64) throws {
        var random = SeededGenerator(seed)
        for sample in [Array(Self.samples[14][..<20_000]), Array(Self.samples[16][..<5000])] {
            let whole = try compressed(sample, ["-\(1 + seed * 3)", "--no-check"])
            for _ in 0..<60 {
                var frame = whole
                for _ in 0..<(1 + random.below(3)) {
                    let end = random.below(2) == 0 ? min(60, frame.count) : frame.count
                    frame[random.below(end)] = UInt8(random.below(256))
                }
                if random.below(3) == 0 { frame.removeLast(random.below(frame.count)) }
                let read = (try? ZstandardFrame.decompress(frame, limit: 100_000)) ?? []
                #expect(read.count <= 100_000, "seed \(seed)")
            }
        }
    }
}
