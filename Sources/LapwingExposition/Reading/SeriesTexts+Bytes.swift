// Compares runs of bytes with the C library and reads eight bytes at a time while hashing: what is done for every line
// of every page. Both check their ranges against the spans first.
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Whether the bytes of `a` in `range` stand in `b` at `offset`.
func bytesAreEqual(_ a: Span<UInt8>, _ range: Range<Int>, _ b: Span<UInt8>, _ offset: Int) -> Bool {
    guard range.lowerBound >= 0, range.upperBound <= a.count, offset >= 0, range.count <= b.count - offset
    else { return false }
    return a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
            guard let a = a.baseAddress, let b = b.baseAddress else { return true }
            return memcmp(a + range.lowerBound, b + offset, range.count) == 0
        }
    }
}

/// A 32-bit hash of a run of bytes, by multiplying into 128 bits and folding (the step of wyhash).
func hashOfBytes(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt32 {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "a hashed range lies outside its bytes")
    return bytes.withUnsafeBytes { raw in
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(range.count)
        var offset = range.lowerBound
        while offset + 8 <= range.upperBound {
            state = mixed(state ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self), 0xE703_7ED1_A0B4_28DB)
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < range.upperBound {
            rest = rest << 8 | UInt64(raw[offset])
            offset += 1
        }
        state = mixed(state ^ rest, 0x8EBC_6AF0_9C88_C6E3)
        return UInt32(truncatingIfNeeded: state ^ state >> 32)
    }
}

private func mixed(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low ^ a
}
