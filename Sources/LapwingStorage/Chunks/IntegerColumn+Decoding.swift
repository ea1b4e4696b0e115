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
        var exceptions: [(place: Int, excess: Int64)] = []
        var offset: Int

        init(_ reader: inout ChunkReader, count: Int) throws(ReadError) {
            let first = try reader.byte()
            guard let order = Order(rawValue: first & 3), first & ~(3 | hasExceptions | hasShift) == 0 else {
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
            base = try reader.zigzag()
            let packed = count - order.told
            if first & hasExceptions != 0 {
                var place = -1
                for _ in 0..<(try reader.count(upTo: packed, of: "exceptions")) {
                    place += 1 + (try reader.count(upTo: packed, of: "places"))
                    guard place < packed else { throw ChunkReader.damaged("an exception after the end") }
                    exceptions.append((place, try reader.zigzag()))
                }
            }
            offset = try reader.skip(BitPacking.byteCount(packed, width: width))
        }
    }

    /// Appends `count` integers to `values`.
    ///
    /// - Complexity: O(count), about 0.5 ns each.
    static func decode(_ reader: inout ChunkReader, count: Int, into values: inout [Int64]) throws(ReadError) {
        let header = try Header(&reader, count: count)
        let start = values.count
        values.append(contentsOf: repeatElement(0, count: count))
        values.withUnsafeMutableBufferPointer { values in
            let destination = UnsafeMutableBufferPointer(rebasing: values[start...])
            reader.bytes.withUnsafeBytes { decode(header, $0, to: destination) }
        }
    }

    /// Fills a buffer of any eight-byte type with `count` integers' bits.
    static func decode(
        _ reader: inout ChunkReader, to destination: UnsafeMutableBufferPointer<Int64>
    ) throws(ReadError) {
        let header = try Header(&reader, count: destination.count)
        reader.bytes.withUnsafeBytes { decode(header, $0, to: destination) }
    }

    private static func decode(
        _ header: Header, _ bytes: UnsafeRawBufferPointer, to destination: UnsafeMutableBufferPointer<Int64>
    ) {
        guard header.exceptions.isEmpty else { return decodePatched(header, bytes, to: destination) }
        let told = header.order.told
        let count = destination.count - told
        let (base, shift) = (header.base, header.shift)
        switch header.order {
        case .values:
            BitPacking.forEach(in: bytes, at: header.offset, width: header.width, count: count) { index, packed in
                destination[index] = base &+ Int64(bitPattern: packed << shift)
            }
        case .deltas:
            var value = header.heads.0
            destination[0] = value
            BitPacking.forEach(in: bytes, at: header.offset, width: header.width, count: count) { index, packed in
                value &+= base &+ Int64(bitPattern: packed << shift)
                destination[index &+ 1] = value
            }
        case .deltasOfDeltas:
            var step = header.heads.1
            var value = header.heads.0 &+ step
            destination[0] = header.heads.0
            destination[1] = value
            BitPacking.forEach(in: bytes, at: header.offset, width: header.width, count: count) { index, packed in
                step &+= base &+ Int64(bitPattern: packed << shift)
                value &+= step
                destination[index &+ 2] = value
            }
        case .line:
            var promised = header.heads.0 &+ base
            let step = header.heads.1
            BitPacking.forEach(in: bytes, at: header.offset, width: header.width, count: count) { index, packed in
                destination[index] = promised &+ Int64(bitPattern: packed << shift)
                promised &+= step
            }
        }
    }

    /// Residuals first, then the exceptions in their places, then the sums.
    private static func decodePatched(
        _ header: Header, _ bytes: UnsafeRawBufferPointer, to destination: UnsafeMutableBufferPointer<Int64>
    ) {
        let told = header.order.told
        let count = destination.count - told
        let (base, shift) = (header.base, header.shift)
        BitPacking.forEach(in: bytes, at: header.offset, width: header.width, count: count) { index, packed in
            destination[told &+ index] = base &+ Int64(bitPattern: packed << shift)
        }
        for (place, excess) in header.exceptions { destination[told + place] = base &+ excess }
        switch header.order {
        case .values: break
        case .deltas:
            var value = header.heads.0
            destination[0] = value
            for index in stride(from: 1, to: destination.count, by: 1) {
                value &+= destination[index]
                destination[index] = value
            }
        case .deltasOfDeltas:
            var step = header.heads.1
            var value = header.heads.0 &+ step
            destination[0] = header.heads.0
            destination[1] = value
            for index in stride(from: 2, to: destination.count, by: 1) {
                step &+= destination[index]
                value &+= step
                destination[index] = value
            }
        case .line:
            var promised = header.heads.0
            for index in destination.indices {
                destination[index] &+= promised
                promised &+= header.heads.1
            }
        }
    }
}
