// Writes decoded integers through a pointer, in loops without bounds checks; `BitPacking` checks what is read, and the
// destination is as long as the count says.
import LapwingSeries

extension IntegerColumn {
    /// A column's fields, read and checked; the residuals are still packed.
    private struct Header {
        var order: Order
        var width: Int
        var shift: UInt64
        var heads: (Int64, Int64) = (0, 0)
        var base: Int64
        /// Where the residuals begin.
        var offset = 0
        /// How many there are.
        var packed = 0
        /// They follow the residuals.
        var exceptionCount = 0

        init(_ reader: inout ChunkReader, count: Int) throws(ReadError) {
            let first = try reader.byte()
            guard let order = Order(rawValue: first & 3), first & ~(3 | hasExceptions | hasShift | hasBase) == 0 else {
                throw ChunkReader.damaged("a column of integers begins with \(first)")
            }
            self.order = order
            width = Int(try reader.byte())
            guard width <= 57 || width == 64 else { throw ChunkReader.damaged("numbers of \(width) bits") }
            shift = first & hasShift == 0 ? 0 : UInt64(try reader.byte())
            guard shift < 64 else { throw ChunkReader.damaged("a shift by \(shift) bits") }
            guard order.told <= count else { throw ChunkReader.damaged("\(count) numbers, fewer than its heads") }
            if order != .values { heads.0 = try reader.zigzag() }
            if order == .deltasOfDeltas || order == .line { heads.1 = try reader.zigzag() }
            base = first & hasBase == 0 ? 0 : try reader.zigzag()
            packed = count - order.told
            if first & hasExceptions != 0 { exceptionCount = try reader.count(upTo: packed, of: "exceptions") }
            offset = try reader.skip(BitPacking.byteCount(packed, width: width))
        }
    }

    /// Appends `count` integers to `values`.
    ///
    /// - Complexity: O(count), about 0.7 ns each.
    static func decode(_ reader: inout ChunkReader, count: Int, into values: inout [Int64]) throws(ReadError) {
        let header = try Header(&reader, count: count)
        var failure: ReadError?
        values.append(addingCapacity: count) { output in
            output.withUnsafeMutableBufferPointer { buffer, initialized in
                guard let base = buffer.baseAddress, count > 0 else { return }
                do throws(ReadError) {
                    try decode(header, &reader, to: base + initialized, count)
                } catch {
                    failure = error
                    (base + initialized).initialize(repeating: 0, count: count)
                }
                initialized += count
            }
        }
        if let failure { throw failure }
    }

    /// What becomes of each integer when it is written.
    enum Conversion {
        case none
        /// The bits of the double that it is.
        case double
        /// The bits of the double that it is, divided by a power of ten.
        case decimal(power: Double)
    }

    /// No fewer of the first integers can be decoded of a longer column: so many may be told by its heads.
    static let fewestFirst = 2

    /// Fills a buffer with the first integers of a column, or with what they are converted to.
    ///
    /// - Parameter first: how many, all or at least `fewestFirst`.
    static func decode(
        _ reader: inout ChunkReader, to destination: UnsafeMutablePointer<Int64>, first: Int, of count: Int, _ conversion: Conversion
    ) throws(ReadError) {
        let header = try Header(&reader, count: count)
        try decode(header, &reader, to: destination, first, conversion)
    }

    private static func decode(
        _ header: Header, _ reader: inout ChunkReader, to destination: UnsafeMutablePointer<Int64>, _ count: Int,
        _ conversion: Conversion = .none
    ) throws(ReadError) {
        let isConverted = if case .none = conversion { false } else { true }
        let numbers = destination + header.order.told
        let packed = count - header.order.told
        switch header.order {
        case .values: try sum(Values(header), header, &reader, to: numbers, packed, isConverted)
        case .deltas:
            destination[0] = header.heads.0
            try sum(Deltas(header), header, &reader, to: numbers, packed, isConverted)
        case .deltasOfDeltas:
            destination[0] = header.heads.0
            destination[1] = header.heads.0 &+ header.heads.1
            try sum(DeltasOfDeltas(header), header, &reader, to: numbers, packed, isConverted)
        case .line: try sum(Line(header), header, &reader, to: numbers, packed, isConverted)
        }
        if isConverted {
            for head in 0..<header.order.told { destination[head] = Int64(bitPattern: Double(destination[head]).bitPattern) }
        }
        if case .decimal(let power) = conversion { divide(destination, count, by: power) }
    }

    /// The numbers that the heads do not tell, made doubles as they come where that is wanted.
    @inline(__always)
    private static func sum<Receiver: PackedNumberReceiver>(
        _ receiver: Receiver, _ header: Header, _ reader: inout ChunkReader, to numbers: UnsafeMutablePointer<Int64>, _ count: Int,
        _ isConverted: Bool
    ) throws(ReadError) {
        if isConverted {
            try pass(Doubles(integers: receiver), header, &reader, to: numbers, count)
        } else {
            try pass(receiver, header, &reader, to: numbers, count)
        }
    }

    @inline(__always)
    private static func pass<Receiver: PackedNumberReceiver>(
        _ receiver: Receiver, _ header: Header, _ reader: inout ChunkReader, to numbers: UnsafeMutablePointer<Int64>, _ count: Int
    ) throws(ReadError) {
        if header.exceptionCount > 0 || header.shift > 0 {
            return try patchedPass(Shifted(numbers: receiver, shift: header.shift), header, &reader, to: numbers, count)
        }
        var receiver = receiver
        BitPacking.unpack(reader.bytes, header.offset, width: header.width, 0..<count, &receiver, to: numbers)
    }

    /// From exception to exception, so that each number is written once; those after the `count` numbers are left unread.
    @inline(__always)
    private static func patchedPass<Receiver: PackedNumberReceiver>(
        _ receiver: Shifted<Receiver>, _ header: Header, _ reader: inout ChunkReader, to numbers: UnsafeMutablePointer<Int64>, _ count: Int
    ) throws(ReadError) {
        var receiver = receiver
        var next = 0
        for _ in 0..<header.exceptionCount {
            let place = next + (try reader.count(upTo: header.packed, of: "places"))
            guard place < header.packed else { throw ChunkReader.damaged("an exception after the end") }
            if place >= count { break }
            BitPacking.unpack(reader.bytes, header.offset, width: header.width, next..<place, &receiver, to: numbers)
            numbers[place] = receiver.numbers.next(UInt64(bitPattern: try reader.zigzag()))
            next = place + 1
        }
        BitPacking.unpack(reader.bytes, header.offset, width: header.width, next..<count, &receiver, to: numbers)
    }

    /// A pass of its own, in which the compiler divides several at once: a division takes longer than all the rest.
    private static func divide(_ numbers: UnsafeMutablePointer<Int64>, _ count: Int, by power: Double) {
        numbers.withMemoryRebound(to: Double.self, capacity: count) { values in
            for index in 0..<count { values[index] /= power }
        }
    }
}

/// The orders as running sums of residuals less their base.
extension IntegerColumn {
    private struct Values: PackedNumberReceiver {
        let base: Int64

        init(_ header: Header) { base = header.base }

        @inline(__always)
        mutating func next(_ packed: UInt64) -> Int64 { base &+ Int64(bitPattern: packed) }
    }

    private struct Deltas: PackedNumberReceiver {
        let base: Int64
        var value: Int64

        init(_ header: Header) {
            base = header.base
            value = header.heads.0
        }

        @inline(__always)
        mutating func next(_ packed: UInt64) -> Int64 {
            value &+= base &+ Int64(bitPattern: packed)
            return value
        }
    }

    private struct DeltasOfDeltas: PackedNumberReceiver {
        let base: Int64
        var step: Int64
        var value: Int64

        init(_ header: Header) {
            base = header.base
            step = header.heads.1
            value = header.heads.0 &+ header.heads.1
        }

        @inline(__always)
        mutating func next(_ packed: UInt64) -> Int64 {
            step &+= base &+ Int64(bitPattern: packed)
            value &+= step
            return value
        }
    }

    private struct Line: PackedNumberReceiver {
        let step: Int64
        var promised: Int64

        init(_ header: Header) {
            step = header.heads.1
            promised = header.heads.0 &+ header.base
        }

        @inline(__always)
        mutating func next(_ packed: UInt64) -> Int64 {
            defer { promised &+= step }
            return promised &+ Int64(bitPattern: packed)
        }
    }

    private struct Doubles<Integers: PackedNumberReceiver>: PackedNumberReceiver {
        var integers: Integers

        @inline(__always)
        mutating func next(_ packed: UInt64) -> Int64 { Int64(bitPattern: Double(integers.next(packed)).bitPattern) }
    }

    /// Of the numbers that are packed; exceptions are not shifted.
    private struct Shifted<Numbers: PackedNumberReceiver>: PackedNumberReceiver {
        var numbers: Numbers
        let shift: UInt64

        @inline(__always)
        mutating func next(_ packed: UInt64) -> Int64 { numbers.next(packed &<< shift) }
    }
}
