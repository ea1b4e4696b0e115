import LapwingSeries

extension SealedChunk {
    /// Appends all samples to `columns`.
    ///
    /// - Complexity: O(count), about 1 ns a float.
    /// - Throws: when the bytes are no chunk of this version; `columns` is then in no useful state.
    func decode(into columns: inout SampleColumns) throws(ReadError) {
        switch kind {
        case .floats:
            try decodeTimes(into: &columns.times)
            try decodeValues(into: &columns)
        case .histograms:
            let held = columns.histogramTimes.count
            try decodeTimes(into: &columns.histogramTimes)
            try ChunkReader.withReader(samples) { (reader) throws(ReadError) in
                try readHead(&reader, &columns.histogramStartTimes, after: held)
                try HistogramRuns.decode(&reader, count: count, into: &columns.histograms)
                try reader.expectEnd()
            }
        }
    }

    /// Appends the values and start times of a chunk of floats.
    func decodeValues(into columns: inout SampleColumns) throws(ReadError) {
        try ChunkReader.withReader(samples) { (reader) throws(ReadError) in
            try readHead(&reader, &columns.startTimes, after: columns.values.count)
            try FloatColumn.decode(&reader, count: count, into: &columns.values)
            try reader.expectEnd()
        }
    }

    /// Appends the first values of a chunk of floats without start times.
    ///
    /// - Parameter wanted: how many; a few more may come.
    /// - Returns: false where there are start times, which would have to be decoded with them.
    func decodeFirstValues(_ wanted: Int, into values: inout [Double]) throws(ReadError) -> Bool {
        try ChunkReader.withReader(samples) { (reader) throws(ReadError) in
            var starts: [Int64] = []
            try readHead(&reader, &starts, after: 0)
            if !starts.isEmpty { return false }
            try FloatColumn.decode(&reader, count: count, first: max(wanted, IntegerColumn.fewestFirst), into: &values)
            return true
        }
    }

    /// Appends the times of a chunk of floats.
    func decodeTimes(into column: inout [Int64]) throws(ReadError) {
        try ChunkReader.withReader(times) { (reader) throws(ReadError) in
            try reader.expectVersion()
            try expectCount(&reader)
            try IntegerColumn.decode(&reader, count: count, into: &column)
            try reader.expectEnd()
        }
    }

    /// Reads the head of the sample block and the start times, which are kept "empty, or one for each".
    private func readHead(
        _ reader: inout ChunkReader, _ starts: inout [Int64], after held: Int
    ) throws(ReadError) {
        try reader.expectVersion()
        let flags = try reader.byte()
        guard flags & 3 == kind.rawValue else {
            throw ChunkReader.damaged("kind \(flags & 3) where \(kind.rawValue) is expected")
        }
        guard flags & ~(3 | ChunkFormat.hasStartTimes) == 0 else {
            throw ReadError("a chunk has fields that this program does not know (flags \(flags))")
        }
        try expectCount(&reader)
        if flags & ChunkFormat.hasStartTimes != 0 {
            if starts.isEmpty { starts.append(contentsOf: repeatElement(0, count: held)) }
            try IntegerColumn.decode(&reader, count: count, into: &starts)
        } else if !starts.isEmpty {
            starts.append(contentsOf: repeatElement(0, count: count))
        }
    }

    private func expectCount(_ reader: inout ChunkReader) throws(ReadError) {
        let written = try reader.count(upTo: ChunkFormat.maximumCount, of: "samples")
        guard written == count else { throw ChunkReader.damaged("\(written) samples where \(count) are expected") }
    }
}
