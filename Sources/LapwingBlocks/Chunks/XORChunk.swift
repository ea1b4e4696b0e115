import LapwingSeries

/// Floats as Gorilla writes them: times as differences of differences, values by exclusive or.
///
///     ┌───────────┬─────────────┬─────────┬────────────────┬───────────┬────────────┬───────────┬─ … ─┐
///     │ count 2 B │ t₀ varint   │ v₀ 8 B  │ t₁-t₀ uvarint  │ v₁ xor v₀ │ t₂ dod bits │ v₂ xor v₁ │     │
///     └───────────┴─────────────┴─────────┴────────────────┴───────────┴────────────┴───────────┴─ … ─┘
///
/// Source: Prometheus 3.14 `tsdb/chunkenc/xor.go`; Pelkonen and others, "Gorilla: A Fast, Scalable, In-Memory Time
/// Series Database".
enum XORChunk {
    static func decode(
        _ bytes: Span<UInt8>, _ data: Range<Int>, in wanted: ClosedRange<Int64>, into columns: inout SampleColumns
    ) throws(DamagedBytes) {
        var header = ByteReader(bytes, in: data)
        let count = Int(try header.fixed(2))
        if count == 0 { return }
        let first = columns.times.count
        columns.makeRoom(forFloats: count)
        var kept = first
        defer {
            columns.keep(floats: kept)
            columns.fillStarts([], from: first)
        }
        var time = try header.varint()
        var state = XORState(bits: try header.fixed64())
        keep(time, state, wanted, &columns, &kept)
        if count == 1 || time > wanted.upperBound { return }
        let delta = Int64(bitPattern: try header.uvarint())
        try advance(&time, by: delta, at: header.offset)
        var reader = BitReader(bytes, in: header.offset..<data.upperBound)
        try reader.exclusiveOr(&state)
        if reader.isPastEnd { throw reader.ended(afterSample: 1, of: count) }
        keep(time, state, wanted, &columns, &kept)
        if time > wanted.upperBound { return }
        try decodeRest(&reader, 2..<count, time, delta, state, wanted, &columns.times, &columns.values, &kept)
    }

    @inline(__always)
    private static func keep(
        _ time: Int64, _ state: XORState, _ wanted: ClosedRange<Int64>, _ columns: inout SampleColumns, _ kept: inout Int
    ) {
        guard wanted.contains(time) else { return }
        columns.times[kept] = time
        columns.values[kept] = state.value
        kept += 1
    }

    private static func advance(_ time: inout Int64, by delta: Int64, at offset: Int) throws(DamagedBytes) {
        let (next, overflow) = time.addingReportingOverflow(delta)
        guard delta > 0, !overflow else { throw DamagedBytes("the times of a chunk do not ascend", at: offset) }
        time = next
    }

    /// The third sample and all that follow, until one lies behind what is wanted.
    ///
    /// One load of eight bytes is enough for time and value of nearly every sample.
    private static func decodeRest(
        _ reader: inout BitReader, _ samples: Range<Int>, _ lastTime: Int64, _ lastDelta: Int64, _ lastState: XORState,
        _ wanted: ClosedRange<Int64>, _ timesArray: inout [Int64], _ valuesArray: inout [Double], _ kept: inout Int
    ) throws(DamagedBytes) {
        var times = timesArray.mutableSpan
        var values = valuesArray.mutableSpan
        var (time, delta, state, place) = (lastTime, lastDelta, lastState, kept)
        var width = 64 &- state.leading &- state.trailing
        defer { kept = place }
        for index in samples {
            var word = reader.window()
            // Bits of `word` that are used, of which 57 are sure to be there.
            var used = 1
            if word &>> 63 == 1 {
                let ones = (~word).leadingZeroBitCount
                if ones < 4 {
                    let size = 11 &+ 3 &* ones
                    used = ones &+ 1 &+ size
                    let bits = (word &<< UInt64(truncatingIfNeeded: ones &+ 1)) &>> UInt64(truncatingIfNeeded: 64 &- size)
                    delta = delta &+ BitReader.signed(bits, size)
                } else {
                    reader.position &+= 4
                    delta = delta &+ Int64(bitPattern: reader.bits(64))
                    word = reader.window()
                    used = 0
                }
            }
            let rest = word &<< UInt64(truncatingIfNeeded: used)
            if rest &>> 63 == 0 {
                reader.position &+= used &+ 1
            } else if rest &>> 62 == 0b10, used &+ 2 &+ width <= 57 {
                reader.position &+= used &+ 2 &+ width
                let bits = (rest &<< 2) &>> UInt64(truncatingIfNeeded: 64 &- width)
                state.bits ^= bits &<< UInt64(truncatingIfNeeded: state.trailing)
            } else {
                reader.position &+= used
                try reader.exclusiveOr(&state)
                width = 64 &- state.leading &- state.trailing
            }
            let (next, overflow) = time.addingReportingOverflow(delta)
            if reader.isPastEnd || delta <= 0 || overflow { throw fault(reader, index, samples) }
            time = next
            if time > wanted.upperBound { return }
            times[place] = time
            values[place] = state.value
            if time >= wanted.lowerBound { place &+= 1 }
        }
    }

    private static func fault(_ reader: borrowing BitReader, _ index: Int, _ samples: Range<Int>) -> DamagedBytes {
        if reader.isPastEnd { return reader.ended(afterSample: index, of: samples.upperBound) }
        return reader.damage("the times of a chunk do not ascend")
    }
}
