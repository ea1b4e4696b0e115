import SeededRandom
import Testing

@testable import LapwingHTTP

@Suite struct GzipTests {
    @Test(arguments: [0, 1, 1000, 65_535, 65_536, 300_000])
    func `what is compressed decompresses to itself`(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
        for level in [1, 6, 9] {
            #expect(try Gzip.decompress(Gzip.compress(bytes, level: level), limit: count) == bytes)
        }
    }

    @Test func `a stream flushed on the way is one member`() throws {
        let stream = GzipStream(level: 1)
        var output: [UInt8] = []
        stream.compress(Array("hello ".utf8), .flush, into: &output)
        #expect(!output.isEmpty)
        stream.compress(Array("world".utf8), .none, into: &output)
        stream.compress([], .finish, into: &output)
        #expect(try Gzip.decompress(output, limit: 100) == Array("hello world".utf8))
    }

    @Test func `several members are read as one`() throws {
        let both = Gzip.compress(Array("a".utf8)) + Gzip.compress(Array("b".utf8))
        #expect(try Gzip.decompress(both, limit: 2) == Array("ab".utf8))
    }

    @Test func `a bomb is refused at the limit`() {
        let bomb = Gzip.compress([UInt8](repeating: 0, count: 50 << 20), level: 9)
        #expect(bomb.count < 60_000)
        #expect(throws: GzipError.tooLarge(limit: 1000)) { try Gzip.decompress(bomb, limit: 1000) }
    }

    @Test func `the limit is met exactly`() throws {
        let bytes = Gzip.compress([UInt8](repeating: 7, count: 1000))
        #expect(try Gzip.decompress(bytes, limit: 1000).count == 1000)
        #expect(throws: GzipError.tooLarge(limit: 999)) { try Gzip.decompress(bytes, limit: 999) }
        #expect(throws: GzipError.tooLarge(limit: 0)) { try Gzip.decompress(bytes, limit: 0) }
    }

    @Test func `every truncation is refused`() {
        let bytes = Gzip.compress(Array("some text that is long enough to be cut in several places".utf8))
        for count in 0..<bytes.count {
            #expect(throws: GzipError.truncated, "\(count) bytes") {
                try Gzip.decompress(Array(bytes[..<count]), limit: 1000)
            }
        }
    }

    @Test func `damaged bytes are refused or read, never more than the limit`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed)
        let whole = Gzip.compress((0..<2000).map { UInt8($0 % 7) })
        for _ in 0..<2000 {
            var bytes = whole
            bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(random.next() & 255)
            if let output = try? Gzip.decompress(bytes, limit: 4000) { #expect(output.count <= 4000, "seed \(seed)") }
        }
        #expect(throws: GzipError.self) { try Gzip.decompress(Array("plain".utf8), limit: 10) }
    }
}
