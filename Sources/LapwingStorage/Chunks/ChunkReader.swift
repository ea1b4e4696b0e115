// Holds a pointer to the bytes, for an array here is retained and released with every byte that is read. A reader lives
// inside `withReader` only, and compares each offset with the count before it reads.
import LapwingDisk
import LapwingSeries
import LapwingText

/// A place in a chunk's bytes, read forward; every read is checked against the end.
struct ChunkReader {
    let bytes: UnsafeRawBufferPointer
    private(set) var offset = 0

    private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Lends a reader that stands before the first of some bytes.
    static func withReader<Result>(
        _ bytes: ChunkBytes, _ body: (inout ChunkReader) throws(ReadError) -> Result
    ) throws(ReadError) -> Result {
        switch bytes {
        case .held(let bytes): try withReader(bytes, body)
        case .mapped(let block):
            try block.file.withBytes { (raw) throws(ReadError) in
                var reader = ChunkReader(UnsafeRawBufferPointer(rebasing: raw[block.range.clamped(to: raw.indices)]))
                return try body(&reader)
            }
        }
    }

    /// Lends a reader that stands before the first of some bytes in memory.
    static func withReader<Result>(
        _ bytes: [UInt8], _ body: (inout ChunkReader) throws(ReadError) -> Result
    ) throws(ReadError) -> Result {
        try bytes.withUnsafeBufferPointer { (raw) throws(ReadError) in
            var reader = ChunkReader(UnsafeRawBufferPointer(raw))
            return try body(&reader)
        }
    }

    static func damaged(_ what: String) -> ReadError { ReadError("a chunk is damaged: \(what)") }

    mutating func byte() throws(ReadError) -> UInt8 {
        guard offset < bytes.count else { throw Self.damaged("it ends after \(offset) bytes, in the middle of a field") }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// Nearly all have one to three bytes, which come with one load.
    @inline(__always)
    mutating func varint() throws(ReadError) -> UInt64 {
        if bytes.count - offset >= 4 {
            let word = UInt64(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
            if word & 0x80 == 0 {
                offset += 1
                return word & 0x7f
            }
            if word & 0x8000 == 0 {
                offset += 2
                return word & 0x7f | word >> 1 & 0x3f80
            }
            if word & 0x80_0000 == 0 {
                offset += 3
                return word & 0x7f | word >> 1 & 0x3f80 | word >> 2 & 0x1f_c000
            }
        }
        return try longVarint()
    }

    private mutating func longVarint() throws(ReadError) -> UInt64 {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64 {
            let next = try byte()
            result |= UInt64(next & 0x7f) << shift
            if next < 0x80 { return result }
            shift += 7
        }
        throw Self.damaged("a number has more than ten bytes at \(offset)")
    }

    mutating func zigzag() throws(ReadError) -> Int64 {
        let coded = try varint()
        return Int64(bitPattern: coded >> 1) ^ -Int64(bitPattern: coded & 1)
    }

    mutating func fixed64() throws(ReadError) -> UInt64 {
        var result: UInt64 = 0
        for shift in 0..<8 { result |= UInt64(try byte()) << (8 * UInt64(shift)) }
        return result
    }

    /// A number that must not exceed `maximum`.
    mutating func count(upTo maximum: Int, of what: String) throws(ReadError) -> Int {
        let count = try varint()
        guard count <= UInt64(maximum) else {
            throw Self.damaged("it announces \(count) \(what), and at most \(maximum) can be there")
        }
        return Int(count)
    }

    /// The offset of so many bytes, which are passed over.
    mutating func skip(_ count: Int) throws(ReadError) -> Int {
        guard count <= bytes.count - offset else {
            throw Self.damaged("\(count) bytes should follow at \(offset), and \(bytes.count - offset) are there")
        }
        defer { offset += count }
        return offset
    }

    mutating func expectVersion() throws(ReadError) {
        let version = try byte()
        guard version == ChunkFormat.version else {
            throw ReadError(
                "a chunk is written in version \(version) of the format, and this program reads version "
                    + "\(ChunkFormat.version)")
        }
    }

    func expectEnd() throws(ReadError) {
        if offset != bytes.count { throw Self.damaged("\(bytes.count - offset) bytes follow its end") }
    }
}

extension ChunkBytes {
    /// The same for blocks that share their bytes, and unlike that of any other block alive.
    var identity: Int {
        switch self {
        case .held(let bytes): bytes.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) }
        case .mapped(let block): ObjectIdentifier(block.file).hashValue ^ block.range.lowerBound
        }
    }
}

/// Writing what `ChunkReader` reads.
extension [UInt8] {
    mutating func appendZigzag(_ value: Int64) { appendVarint(UInt64(bitPattern: (value << 1) ^ (value >> 63))) }

    mutating func appendFixed64(_ value: UInt64) {
        for shift in 0..<8 { append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(shift)))) }
    }
}
