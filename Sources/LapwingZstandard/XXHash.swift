// Reads eight bytes at any offset at once. The load stands behind a comparison with the number of bytes.

/// XXH64 with seed 0, with which a frame seals what it holds.
///
/// Source: Collet, "xxHash fast digest algorithm", version 0.1.1.
enum XXHash {
    private static let primes: (UInt64, UInt64, UInt64, UInt64, UInt64) = (
        0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63, 0x27D4_EB2F_1656_67C5
    )

    static func hash(_ bytes: Span<UInt8>) -> UInt64 {
        var offset = 0
        var state = primes.4
        if bytes.count >= 32 {
            var (a, b, c, d) = (primes.0 &+ primes.1, primes.1, UInt64(0), 0 &- primes.0)
            while offset + 32 <= bytes.count {
                a = round(a, number(bytes, offset, 8))
                b = round(b, number(bytes, offset + 8, 8))
                c = round(c, number(bytes, offset + 16, 8))
                d = round(d, number(bytes, offset + 24, 8))
                offset += 32
            }
            state = rotated(a, 1) &+ rotated(b, 7) &+ rotated(c, 12) &+ rotated(d, 18)
            for lane in [a, b, c, d] { state = (state ^ round(0, lane)) &* primes.0 &+ primes.3 }
        }
        state = state &+ UInt64(bytes.count)
        while offset + 8 <= bytes.count {
            state = rotated(state ^ round(0, number(bytes, offset, 8)), 27) &* primes.0 &+ primes.3
            offset += 8
        }
        if offset + 4 <= bytes.count {
            state = rotated(state ^ number(bytes, offset, 4) &* primes.0, 23) &* primes.1 &+ primes.2
            offset += 4
        }
        while offset < bytes.count {
            state = rotated(state ^ UInt64(bytes[offset]) &* primes.4, 11) &* primes.0
            offset += 1
        }
        state = (state ^ state >> 33) &* primes.1
        state = (state ^ state >> 29) &* primes.2
        return state ^ state >> 32
    }

    private static func round(_ state: UInt64, _ input: UInt64) -> UInt64 { rotated(state &+ input &* primes.1, 31) &* primes.0 }

    private static func rotated(_ value: UInt64, _ count: UInt64) -> UInt64 { value << count | value >> (64 - count) }

    private static func number(_ bytes: Span<UInt8>, _ offset: Int, _ width: Int) -> UInt64 {
        if width == 8 {
            precondition(offset + 8 <= bytes.count)
            return UInt64(littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) })
        }
        var result: UInt64 = 0
        for index in (offset..<(offset + width)).reversed() { result = result << 8 | UInt64(bytes[index]) }
        return result
    }
}
