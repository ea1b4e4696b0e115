/// A decoding table of finite state entropy: each state stands for a symbol, and says where the next bits lead.
///
/// Source: RFC 8878, section 4.1; Duda, "Asymmetric numeral systems".
struct EntropyTable: Sendable {
    struct State: Sendable {
        var symbol: UInt8
        var bitCount: UInt8
        var base: UInt16
    }

    /// States are counted in as many bits.
    let accuracy: Int
    let states: [State]

    /// The table of a symbol that always comes.
    init(always symbol: UInt8) {
        accuracy = 0
        states = [State(symbol: symbol, bitCount: 0, base: 0)]
    }

    /// - Parameter probabilities: in parts of 2^accuracy; -1 for less than one.
    /// - Precondition: they add up to 2^accuracy, counting -1 as one.
    init(accuracy: Int, _ probabilities: [Int]) {
        self.accuracy = accuracy
        let size = 1 << accuracy
        var symbols = [UInt8](repeating: 0, count: size)
        var next = probabilities.map { abs($0) }
        var free = size
        for (symbol, probability) in probabilities.enumerated() where probability < 0 && free > 0 {
            free -= 1
            symbols[free] = UInt8(truncatingIfNeeded: symbol)
        }
        let step = (size >> 1) + (size >> 3) + 3
        var place = 0
        for (symbol, probability) in probabilities.enumerated() where probability > 0 {
            for _ in 0..<probability {
                symbols[place] = UInt8(truncatingIfNeeded: symbol)
                repeat { place = (place + step) & (size - 1) } while place >= free && free > 0
            }
        }
        states = symbols.map { symbol in
            let count = next[Int(symbol)]
            next[Int(symbol)] += 1
            let bits = accuracy - (Int.bitWidth - 1 - max(1, count).leadingZeroBitCount)
            return State(symbol: symbol, bitCount: UInt8(max(0, bits)), base: UInt16(truncatingIfNeeded: (count << max(0, bits)) - size))
        }
    }

    /// Reads the probabilities that stand at the cursor, which ends behind their last byte.
    init(_ cursor: inout ByteCursor, maximumAccuracy: Int, maximumSymbol: Int) throws(ZstandardError) {
        var bits = ForwardBits(cursor)
        let accuracy = Int(bits.read(4)) + 5
        guard accuracy <= maximumAccuracy else { throw cursor.damage("a table of \(accuracy) bits, where \(maximumAccuracy) are allowed") }
        var left = 1 << accuracy
        var probabilities: [Int] = []
        while left > 0, probabilities.count <= maximumSymbol {
            let width = Int.bitWidth - (left + 1).leadingZeroBitCount
            // Numbers that one bit less can say take one bit less.
            let short = (1 << width) - 1 - (left + 1)
            var value = Int(bits.peek(width))
            let low = value & ((1 << (width - 1)) - 1)
            if low < short {
                value = low
                bits.skip(width - 1)
            } else {
                if value >= 1 << (width - 1) { value -= short }
                bits.skip(width)
            }
            left -= abs(value - 1)
            probabilities.append(value - 1)
            guard value == 1 else { continue }
            var zeros = 3
            while zeros == 3, probabilities.count <= maximumSymbol {
                zeros = Int(bits.read(2))
                probabilities.append(contentsOf: repeatElement(0, count: zeros))
            }
        }
        guard left == 0, probabilities.count <= maximumSymbol + 1 else { throw cursor.damage("the probabilities of a table do not add up") }
        _ = try cursor.skip(bits.byteCount)
        self.init(accuracy: accuracy, probabilities)
    }
}

/// Bits from the first on, least significant first; behind the last come zeros.
private struct ForwardBits: ~Escapable {
    private let bytes: Span<UInt8>
    private let start: Int
    private let end: Int
    private var position = 0

    @_lifetime(copy cursor)
    init(_ cursor: borrowing ByteCursor) {
        bytes = cursor.bytes
        start = cursor.offset
        end = cursor.end
    }

    /// Bytes of which a bit was read.
    var byteCount: Int { (position + 7) / 8 }

    func peek(_ count: Int) -> UInt64 {
        var result: UInt64 = 0
        for bit in 0..<count {
            let place = start + (position + bit) / 8
            if place < end, bytes[place] >> UInt8((position + bit) % 8) & 1 == 1 { result |= 1 << UInt64(bit) }
        }
        return result
    }

    @_lifetime(self: copy self)
    mutating func skip(_ count: Int) { position += count }

    @_lifetime(self: copy self)
    mutating func read(_ count: Int) -> UInt64 {
        defer { position += count }
        return peek(count)
    }
}
