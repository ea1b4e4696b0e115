import Foundation
import LapwingSnappy
import SeededRandom
import Testing

private let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/corpora/snappy")
private let hasCorpus = FileManager.default.fileExists(atPath: corpus.path)

@Suite struct `Snappy blocks` {
    /// Written by hand from the format's description: a literal, and each form of copy.
    @Test(arguments: [
        ([0], ""),
        ([3, 0x08, 0x61, 0x62, 0x63], "abc"),
        ([9, 0x08, 0x61, 0x62, 0x63, 0x09, 0x03], "abcabcabc"),
        ([8, 0x08, 0x61, 0x62, 0x63, 0x12, 0x03, 0x00], "abcabcab"),
        ([8, 0x08, 0x61, 0x62, 0x63, 0x13, 0x03, 0x00, 0x00, 0x00], "abcabcab"),
        ([5, 0xF0, 0x04, 0x61, 0x62, 0x63, 0x64, 0x65], "abcde"),
    ] as [([UInt8], String)])
    func `are read as they are described`(block: [UInt8], text: String) throws {
        #expect(try SnappyBlock.decompress(block, limit: 100) == Array(text.utf8))
    }

    @Test(arguments: [
        ([], "its length cannot be read"),
        ([0xFF, 0xFF, 0xFF, 0xFF, 0xFF], "its length cannot be read"),
        ([3, 0x08, 0x61], "a literal reaches beyond the end"),
        ([2, 0x08, 0x61, 0x62, 0x63], "more bytes than announced"),
        ([4, 0x08, 0x61, 0x62, 0x63], "3 bytes where 4 were announced"),
        ([8, 0x08, 0x61, 0x62, 0x63, 0x01, 0x04], "a copy from 4 bytes back, where 3 are written"),
        ([8, 0x08, 0x61, 0x62, 0x63, 0x01, 0x00], "a copy from 0 bytes back, where 3 are written"),
        ([8, 0x08, 0x61, 0x62, 0x63, 0x02, 0x01], "it ends in the middle of an element"),
    ] as [([UInt8], String)])
    func `that are damaged are refused with what is wrong`(block: [UInt8], message: String) {
        let error = #expect(throws: SnappyError.self) { try SnappyBlock.decompress(block, limit: 100) }
        guard case .damaged(message, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `that announce too much are refused before anything is read`() {
        let error = #expect(throws: SnappyError.self) { try SnappyBlock.decompress([0x80, 0x80, 0x80, 0x10], limit: 1000) }
        #expect(error?.description == "snappy: decoded length 33554432 exceeds limit 1000")
    }

    @Test func `survive a round trip`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed)
        for _ in 0..<200 {
            let alphabet = 1 + random.below(255)
            let bytes = (0..<random.below(random.below(4) == 0 ? 200_000 : 500)).map { _ in UInt8(random.below(alphabet)) }
            let block = SnappyBlock.compress(bytes)
            #expect(try SnappyBlock.decompress(block, limit: 200_000) == bytes, "seed \(seed)")
        }
    }

    @Test func `of any bytes end in an answer or an error`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed)
        let text = Array(String(repeating: "http_requests_total{instance=\"a\"} ", count: 40).utf8)
        let block = SnappyBlock.compress(text)
        #expect(block.count < text.count / 4)
        var answers = 0
        for _ in 0..<5000 {
            var mutated = block
            for _ in 0...random.below(3) { mutated[random.below(mutated.count)] = UInt8(random.below(256)) }
            if random.below(4) == 0 { mutated.removeLast(random.below(mutated.count)) }
            if (try? SnappyBlock.decompress(mutated, limit: 1 << 20)) != nil { answers += 1 }
        }
        #expect(answers < 5000, "seed \(seed)")
    }

    @Test(.enabled(if: hasCorpus, "../shared/corpora/snappy is not here"), arguments: ["baddata1.snappy", "baddata2.snappy", "baddata3.snappy"])
    func `that google's tests call bad are refused`(name: String) throws {
        let block = Array(try Data(contentsOf: corpus.appendingPathComponent(name)))
        #expect(throws: SnappyError.self) { try SnappyBlock.decompress(block, limit: 1 << 30) }
    }

    @Test(.enabled(if: hasCorpus, "../shared/corpora/snappy is not here"), arguments: ["alice29.txt", "geo.protodata", "html", "urls.10K"])
    func `of google's files survive a round trip and are smaller`(name: String) throws {
        let bytes = Array(try Data(contentsOf: corpus.appendingPathComponent(name)))
        let block = SnappyBlock.compress(bytes)
        #expect(block.count < bytes.count * 2 / 3)
        #expect(try SnappyBlock.decompress(block, limit: 1 << 30) == bytes)
    }
}
