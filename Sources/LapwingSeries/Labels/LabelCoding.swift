// Reads eight bytes at a time while hashing, and compares runs of bytes with the C library: the two places where a
// label set is touched for every series of a query. Every offset is checked against the span first.
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How a label set lies in memory: for each label the name and then the value, each as its length and its bytes.
///
///     ┌────────┬──────┬────────┬───────┬─ … ─┐     length: one byte below 255, else 255 and
///     │ length │ name │ length │ value │     │     four bytes, least significant first
///     └────────┴──────┴────────┴───────┴─ … ─┘
enum LabelCoding {
    struct PairIterator {
        private var offset = 0

        /// The byte ranges of the next label's name and value.
        mutating func next(in bytes: Span<UInt8>) -> (name: Range<Int>, value: Range<Int>)? {
            guard offset < bytes.count else { return nil }
            let name = LabelCoding.range(at: offset, in: bytes)
            let value = LabelCoding.range(at: name.upperBound, in: bytes)
            offset = value.upperBound
            return (name, value)
        }
    }

    /// The bytes of the name or value whose length stands at `offset`.
    static func range(at offset: Int, in bytes: Span<UInt8>) -> Range<Int> {
        let short = Int(bytes[offset])
        if short < 255 { return (offset + 1)..<(offset + 1 + short) }
        var length = 0
        for index in 0..<4 { length |= Int(bytes[offset + 1 + index]) << (8 * index) }
        return (offset + 5)..<(offset + 5 + length)
    }

    static func append(_ name: String, _ value: String, to encoded: inout [UInt8]) {
        append(name, to: &encoded)
        append(value, to: &encoded)
    }

    static func append(_ text: String, to encoded: inout [UInt8]) {
        var text = text
        text.withUTF8 {
            appendLength($0.count, to: &encoded)
            encoded.append(contentsOf: $0)
        }
    }

    static func appendLength(_ length: Int, to encoded: inout [UInt8]) {
        if length < 255 {
            encoded.append(UInt8(length))
        } else {
            encoded.append(255)
            for index in 0..<4 { encoded.append(UInt8(truncatingIfNeeded: length >> (8 * index))) }
        }
    }

    /// The value of the label whose name has these bytes.
    static func value(of name: Span<UInt8>, in bytes: Span<UInt8>) -> Range<Int>? {
        var pairs = PairIterator()
        while let pair = pairs.next(in: bytes) {
            let order = compare(bytes.extracting(pair.name), name)
            if order == 0 { return pair.value }
            if order > 0 { return nil }
        }
        return nil
    }

    /// Negative, zero or positive as `a` comes before, with or after `b` in the order of bytes.
    static func compare(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Int {
        let order = a.withUnsafeBufferPointer { first in
            b.withUnsafeBufferPointer { second in
                guard let first = first.baseAddress, let second = second.baseAddress else { return 0 }
                return Int(memcmp(first, second, min(a.count, b.count)))
            }
        }
        return order != 0 ? order : a.count - b.count
    }

    /// Whether two texts have the same bytes, which is not what `==` asks of two strings.
    static func equal(_ a: String, _ b: String) -> Bool {
        a.utf8.count == b.utf8.count && compare(a.utf8.span, b.utf8.span) == 0
    }

    static func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }

    /// The order of `Labels`: pair by pair, names before values.
    static func precedes(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
        var offset = 0
        var other = 0
        while offset < a.count, other < b.count {
            let mine = range(at: offset, in: a)
            let theirs = range(at: other, in: b)
            let order = compare(a.extracting(mine), b.extracting(theirs))
            if order != 0 { return order < 0 }
            offset = mine.upperBound
            other = theirs.upperBound
        }
        return offset >= a.count && other < b.count
    }

    /// A 64-bit hash, eight bytes a step, by multiplying into 128 bits and folding (the step of wyhash).
    static func hash(_ bytes: Span<UInt8>) -> UInt64 {
        bytes.withUnsafeBytes { raw in
            var state: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(raw.count)
            var offset = 0
            while offset + 8 <= raw.count {
                state = mix(state ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self), 0xE703_7ED1_A0B4_28DB)
                offset += 8
            }
            var rest: UInt64 = 0
            while offset < raw.count {
                rest = rest << 8 | UInt64(raw[offset])
                offset += 1
            }
            return mix(state ^ rest, 0x8EBC_6AF0_9C88_C6E3)
        }
    }

    private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low ^ a
    }
}
