// Decodes integers into the memory of the doubles that they become, by pointer; the buffer is as long as the count says.
import LapwingSeries
import LapwingText

/// Doubles as scaled integers where they are decimals, else as their bit patterns; lossless to the last bit.
enum FloatColumn {
    enum Kind: UInt8 {
        /// Integers over a power of ten.
        case decimals
        /// Bit patterns as integers, whose differences are small while sign and exponent stay.
        case patterns
    }

    static let hasExceptions: UInt8 = 4
    static let hasChanges: UInt8 = 8
    static let hasExponent: UInt8 = 16

    // MARK: Encoding

    static func encode(_ values: [Double], into bytes: inout [UInt8], _ scratch: inout [Int64]) {
        var repeats = 0
        for index in stride(from: 1, to: values.count, by: 1)
        where values[index].bitPattern == values[index - 1].bitPattern { repeats += 1 }
        let start = bytes.count
        encode(values, changes: nil, into: &bytes, &scratch)
        // With one in four repeated, a bit for each may cost less than its difference.
        guard repeats * 4 > values.count, repeats < values.count - 1, bytes.count - start > values.count / 8 + 8 else {
            return
        }
        let changes = Changes(values)
        var shorter: [UInt8] = []
        encode(changes.values, changes: changes.bits, into: &shorter, &scratch)
        if shorter.count < bytes.count - start {
            bytes.removeSubrange(start...)
            bytes.append(contentsOf: shorter)
        }
    }

    /// The values that differ from the one before, and a bit for each value that says whether it does.
    private struct Changes {
        var values: [Double] = []
        var bits: [UInt8]

        init(_ all: [Double]) {
            bits = Array(repeating: 0, count: (all.count + 7) / 8)
            for (index, value) in all.enumerated()
            where index == 0 || value.bitPattern != all[index - 1].bitPattern {
                values.append(value)
                bits[index >> 3] |= 1 << UInt8(index & 7)
            }
        }
    }

    private static func encode(
        _ values: [Double], changes: [UInt8]?, into bytes: inout [UInt8], _ scratch: inout [Int64]
    ) {
        let changeFlag = changes == nil ? 0 : hasChanges
        guard let exponent = DecimalScale.exponent(of: values) else {
            bytes.append(Kind.patterns.rawValue | changeFlag)
            if let changes { bytes.append(contentsOf: changes) }
            let patterns = values.map { Int64(bitPattern: $0.bitPattern) }
            return IntegerColumn.encode(patterns, [.values, .deltas], into: &bytes, &scratch)
        }
        let (integers, exceptions) = integers(of: values, DecimalScale.powers[exponent])
        bytes.append(
            Kind.decimals.rawValue | changeFlag | (exceptions.isEmpty ? 0 : hasExceptions) | (exponent == 0 ? 0 : hasExponent))
        if exponent != 0 { bytes.append(UInt8(exponent)) }
        if !exceptions.isEmpty {
            bytes.appendVarint(UInt64(exceptions.count))
            var next = 0
            for place in exceptions {
                bytes.appendVarint(UInt64(place - next))
                bytes.appendFixed64(values[place].bitPattern)
                next = place + 1
            }
        }
        if let changes { bytes.append(contentsOf: changes) }
        IntegerColumn.encode(integers, [.deltas, .deltasOfDeltas, .values], into: &bytes, &scratch)
    }

    /// The values as integers, those that are none standing as the one before, and where these are.
    private static func integers(of values: [Double], _ power: Double) -> ([Int64], exceptions: [Int]) {
        var integers: [Int64] = []
        integers.reserveCapacity(values.count)
        var exceptions: [Int] = []
        var last: Int64 = 0
        for (index, value) in values.enumerated() {
            if let integer = DecimalScale.integer(value, power) { last = integer } else { exceptions.append(index) }
            integers.append(last)
        }
        return (integers, exceptions)
    }

    // MARK: Decoding

    /// Appends the values of a column to `values`.
    ///
    /// - Parameters:
    ///   - count: how many the column has.
    ///   - first: how many of them are wanted, all where it says nothing; at least `IntegerColumn.fewestFirst`.
    /// - Complexity: O(wanted), 0.5 to 1 ns each.
    static func decode(_ reader: inout ChunkReader, count: Int, first: Int? = nil, into values: inout [Double]) throws(ReadError) {
        let wanted = min(first ?? count, count)
        let first = try reader.byte()
        guard let kind = Kind(rawValue: first & 3), first & ~(3 | hasExceptions | hasChanges | hasExponent) == 0 else {
            throw ChunkReader.damaged("a column of floats begins with \(first)")
        }
        let exponent = first & hasExponent != 0 ? try reader.count(upTo: DecimalScale.maximumExponent, of: "decimals") : 0
        guard kind == .decimals || first & hasExponent == 0 else { throw ChunkReader.damaged("bit patterns with an exponent") }
        let exceptions = first & hasExceptions == 0 ? [] : try readExceptions(&reader, count)
        let changes = first & hasChanges == 0 ? nil : try reader.skip((count + 7) / 8)
        let kept = changes.map { changeCount(reader.bytes, $0, count) } ?? count
        guard exceptions.allSatisfy({ $0.place < kept }) else { throw ChunkReader.damaged("an exception after the end") }
        guard kept > 0 || count == 0 else { throw ChunkReader.damaged("its first value is missing") }
        let wantedKept = changes.map { changeCount(reader.bytes, $0, wanted) } ?? wanted
        let filled = max(wantedKept, min(kept, IntegerColumn.fewestFirst))
        var failure: ReadError?
        values.append(addingCapacity: wanted) { output in
            output.withUnsafeMutableBufferPointer { buffer, initialized in
                guard let base = buffer.baseAddress, count > 0 else { return }
                let destination = UnsafeMutableBufferPointer(start: base + initialized, count: wanted)
                do throws(ReadError) {
                    try fill(&reader, UnsafeMutableBufferPointer(rebasing: destination[..<filled]), of: kept, kind, exponent)
                    for (place, pattern) in exceptions where place < wantedKept { destination[place] = Double(bitPattern: pattern) }
                    if let changes { try spread(destination, wantedKept, reader.bytes, changes) }
                } catch {
                    failure = error
                    destination.initialize(repeating: 0)
                }
                initialized += wanted
            }
        }
        if let failure { throw failure }
    }

    /// Fills in the first values of `kept` that are kept.
    private static func fill(
        _ reader: inout ChunkReader, _ values: UnsafeMutableBufferPointer<Double>, of kept: Int, _ kind: Kind, _ exponent: Int
    ) throws(ReadError) {
        let power = DecimalScale.powers[exponent]
        let conversion: IntegerColumn.Conversion = kind == .patterns ? .none : exponent == 0 ? .double : .decimal(power: power)
        try values.withMemoryRebound(to: Int64.self) { (integers) throws(ReadError) in
            guard let start = integers.baseAddress else { return }
            try IntegerColumn.decode(&reader, to: start, first: integers.count, of: kept, conversion)
        }
    }

    private static func readExceptions(
        _ reader: inout ChunkReader, _ count: Int
    ) throws(ReadError) -> [(place: Int, pattern: UInt64)] {
        var exceptions: [(place: Int, pattern: UInt64)] = []
        var place = -1
        for _ in 0..<(try reader.count(upTo: count, of: "exceptions")) {
            place += 1 + (try reader.count(upTo: count, of: "places"))
            exceptions.append((place, try reader.fixed64()))
        }
        return exceptions
    }

    private static func changeCount(_ bytes: UnsafeRawBufferPointer, _ offset: Int, _ count: Int) -> Int {
        var changes = 0
        for index in 0..<(count / 8) { changes += bytes[offset + index].nonzeroBitCount }
        let rest = UInt8(truncatingIfNeeded: count % 8)
        if rest > 0 { changes += (bytes[offset + count / 8] & (1 << rest &- 1)).nonzeroBitCount }
        return changes
    }

    /// Moves the kept values, which stand at the front, to their places, from the last to the first.
    ///
    /// - Precondition: as many are kept as there are change bits.
    private static func spread(
        _ values: UnsafeMutableBufferPointer<Double>, _ kept: Int, _ bytes: UnsafeRawBufferPointer, _ offset: Int
    ) throws(ReadError) {
        guard let start = values.baseAddress, !values.isEmpty else { return }
        guard bytes[offset] & 1 == 1 else { throw ChunkReader.damaged("its first value is missing") }
        // The first bit is set, so that the source is never before the first value.
        var source = kept &- 1
        var index = values.count &- 1
        while index >= 0, index & 7 != 7 {
            start[index] = start[source]
            source &-= Int(bytes[offset &+ index &>> 3] &>> UInt8(truncatingIfNeeded: index & 7)) & 1
            index &-= 1
        }
        // Whole bytes of change bits, from the highest bit down.
        while index >= 0 {
            var bits = Int(bytes[offset &+ index &>> 3])
            for step in 0..<8 {
                start[index &- step] = start[source]
                source &-= bits &>> 7
                bits = bits &<< 1 & 0xff
            }
            index &-= 8
        }
    }
}
