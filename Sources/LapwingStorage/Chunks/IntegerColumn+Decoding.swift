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
            let packed = count - order.told
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

    /// Fills a buffer with integers, or with what they are converted to.
    static func decode(
        _ reader: inout ChunkReader, to destination: UnsafeMutablePointer<Int64>, count: Int, _ conversion: Conversion
    ) throws(ReadError) {
        let header = try Header(&reader, count: count)
        try decode(header, &reader, to: destination, count, conversion)
    }

    private static func decode(
        _ header: Header, _ reader: inout ChunkReader, to destination: UnsafeMutablePointer<Int64>, _ count: Int,
        _ conversion: Conversion = .none
    ) throws(ReadError) {
        let isPatched = header.exceptionCount > 0 || header.shift > 0
        if isPatched { try unpackPatched(header, &reader, to: destination + header.order.told, count - header.order.told) }
        let bytes = isPatched ? nil : reader.bytes
        switch header.order {
        case .values: sum(Values(header), header, bytes, to: destination, count, conversion)
        case .deltas:
            destination[0] = header.heads.0
            sum(Deltas(header), header, bytes, to: destination, count, conversion)
        case .deltasOfDeltas:
            destination[0] = header.heads.0
            destination[1] = header.heads.0 &+ header.heads.1
            sum(DeltasOfDeltas(header), header, bytes, to: destination, count, conversion)
        case .line: sum(Line(header), header, bytes, to: destination, count, conversion)
        }
        convert(destination, header.order.told, conversion)
    }

    /// The numbers that the heads do not tell, converted as they come.
    ///
    /// - Parameter bytes: where the residuals are packed; nil for those that stand in their places already.
    @inline(__always)
    private static func sum<Receiver: PackedNumberReceiver>(
        _ receiver: Receiver, _ header: Header, _ bytes: UnsafeRawBufferPointer?, to destination: UnsafeMutablePointer<Int64>, _ count: Int,
        _ conversion: Conversion
    ) {
        let rest = destination + header.order.told
        let packed = count - header.order.told
        switch conversion {
        case .none: pass(receiver, header, bytes, to: rest, packed)
        case .double: pass(Doubles(integers: receiver), header, bytes, to: rest, packed)
        case .decimal(let power): pass(Decimals(integers: receiver, power: power), header, bytes, to: rest, packed)
        }
    }

    @inline(__always)
    private static func pass<Receiver: PackedNumberReceiver>(
        _ receiver: Receiver, _ header: Header, _ bytes: UnsafeRawBufferPointer?, to numbers: UnsafeMutablePointer<Int64>, _ count: Int
    ) {
        var receiver = receiver
        if let bytes {
            BitPacking.unpack(bytes, header.offset, width: header.width, count: count, &receiver, to: numbers)
        } else {
            for index in 0..<count { numbers[index] = receiver.next(UInt64(bitPattern: numbers[index])) }
        }
    }

    private static func convert(_ numbers: UnsafeMutablePointer<Int64>, _ count: Int, _ conversion: Conversion) {
        switch conversion {
        case .none: break
        case .double: for index in 0..<count { numbers[index] = Int64(bitPattern: Double(numbers[index]).bitPattern) }
        case .decimal(let power):
            for index in 0..<count { numbers[index] = Int64(bitPattern: (Double(numbers[index]) / power).bitPattern) }
        }
    }

    /// Residuals, and the exceptions in their places.
    private static func unpackPatched(
        _ header: Header, _ reader: inout ChunkReader, to residuals: UnsafeMutablePointer<Int64>, _ count: Int
    ) throws(ReadError) {
        var shifted = Shifted(shift: header.shift)
        BitPacking.unpack(reader.bytes, header.offset, width: header.width, count: count, &shifted, to: residuals)
        var place = -1
        for _ in 0..<header.exceptionCount {
            place += 1 + (try reader.count(upTo: count, of: "places"))
            guard place < count else { throw ChunkReader.damaged("an exception after the end") }
            residuals[place] = try reader.zigzag()
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

    private struct Decimals<Integers: PackedNumberReceiver>: PackedNumberReceiver {
        var integers: Integers
        let power: Double

        @inline(__always)
        mutating func next(_ packed: UInt64) -> Int64 { Int64(bitPattern: (Double(integers.next(packed)) / power).bitPattern) }
    }

    private struct Shifted: PackedNumberReceiver {
        let shift: UInt64

        @inline(__always)
        mutating func next(_ packed: UInt64) -> Int64 { Int64(bitPattern: packed &<< shift) }
    }
}
