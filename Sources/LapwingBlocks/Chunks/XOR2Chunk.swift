import LapwingSeries

/// Floats as `XORChunk` has them, with one control prefix for time and value, stale markers in five bits, and start
/// times where they are known.
///
/// | prefix | time | value |
/// | --- | --- | --- |
/// | `0` | as expected | unchanged |
/// | `10` | as expected | changed: `0` in the old window, `1` in a new one |
/// | `110`, `1110`, `11110` | 13, 20 or 64 bits of change | `0` unchanged, `10` old window, `110` new window, `111` stale |
/// | `11111` | as expected | stale |
///
/// Source: Prometheus 3.14 `tsdb/chunkenc/xor2.go`.
enum XOR2Chunk {
    static func decode(
        _ bytes: Span<UInt8>, _ data: Range<Int>, in wanted: ClosedRange<Int64>, into columns: inout SampleColumns
    ) throws(DamagedBytes) {
        var header = ByteReader(bytes, in: data)
        let count = Int(try header.fixed(2))
        var starts = StartTimes(header: try header.byte())
        if count == 0 { return }
        let first = columns.times.count
        var startTimes: [Int64] = []
        defer { columns.fillStarts(startTimes, from: first) }
        var sample = Sample(bytes, header.offset..<data.upperBound)
        for index in 0..<count {
            let previous = sample.time
            try sample.advance(to: index)
            try starts.read(&sample.reader, after: index, at: sample.time, previous: previous)
            if sample.reader.isPastEnd { throw sample.reader.ended(afterSample: index, of: count) }
            if index > 0, sample.time <= previous { throw sample.reader.damage("the times of a chunk do not ascend") }
            if sample.time > wanted.upperBound { return }
            if sample.time < wanted.lowerBound { continue }
            columns.times.append(sample.time)
            columns.values.append(sample.value)
            startTimes.append(starts.current)
        }
    }

    /// The sample at which a reader stands.
    private struct Sample: ~Escapable {
        var reader: BitReader
        var time: Int64 = 0
        var value = 0.0
        private var delta: Int64 = 0
        /// The last value that was no stale marker, against which the next one is written.
        private var state = XORState()

        @_lifetime(copy bytes)
        init(_ bytes: Span<UInt8>, _ range: Range<Int>) { reader = BitReader(bytes, in: range) }

        @_lifetime(self: copy self)
        mutating func advance(to index: Int) throws(DamagedBytes) {
            switch index {
            case 0:
                guard let first = reader.varint() else { throw reader.damage("a time has more than 64 bits") }
                time = first
                value = Double(bitPattern: reader.bits(64))
                if !value.isStaleMarker { state.bits = value.bitPattern }
            case 1:
                guard let first = reader.uvarint() else { throw reader.damage("a time has more than 64 bits") }
                delta = Int64(bitPattern: first)
                time = time &+ delta
                try readValue()
            default:
                try readJoint()
            }
        }

        @_lifetime(self: copy self)
        private mutating func readJoint() throws(DamagedBytes) {
            let prefix = reader.ones(upTo: 5)
            switch prefix {
            case 2: delta = delta &+ plainSigned(13)
            case 3: delta = delta &+ plainSigned(20)
            case 4: delta = delta &+ Int64(bitPattern: reader.bits(64))
            default: break
            }
            time = time &+ delta
            switch prefix {
            case 0: value = state.value
            case 1:
                if reader.bit() { try reader.changeInNewWindow(&state) } else { reader.changeInWindow(&state) }
                value = state.value
            case 2, 3, 4: try readValue()
            default: value = StaleMarker.value
            }
        }

        @_lifetime(self: copy self)
        private mutating func readValue() throws(DamagedBytes) {
            switch reader.ones(upTo: 3) {
            case 0: break
            case 1: reader.changeInWindow(&state)
            case 2: try reader.changeInNewWindow(&state)
            default:
                value = StaleMarker.value
                return
            }
            value = state.value
        }

        /// Two's complement, unlike `BitReader.signed`.
        @_lifetime(self: copy self)
        private mutating func plainSigned(_ width: Int) -> Int64 {
            let bits = Int64(reader.bits(width))
            return bits >= 1 << Int64(width - 1) ? bits - 1 << Int64(width) : bits
        }
    }
}
