// Compares runs of bytes with the C library, as is done for every line of every page, and checks their ranges against the spans first.
import LapwingSeries

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

/// A 32-bit hash of a run of bytes.
func hashOfBytes(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt32 {
    let hash = HashedNumbers.hash(bytes.extracting(range))
    return UInt32(truncatingIfNeeded: hash ^ hash >> 32)
}
