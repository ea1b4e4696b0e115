import LapwingSeries

/// Puts a head together from head chunks and the records of the logs.
struct HeadBuilder {
    /// References up to here are looked up in an array, those above in a dictionary.
    private static let denseReferences: UInt64 = 1 << 22

    /// What a reference of the log stands for.
    private struct Reference {
        var series: Int
        /// Samples up to this time are in head chunks.
        var mappedThrough: Int64
    }

    private var series: [Head.Series] = []
    private var numbers: [Labels: Int] = [:]
    private var dense: [Reference?] = []
    private var sparse: [UInt64: Reference] = [:]
    /// Chunks whose series has not been named yet.
    private var chunks: [UInt64: [Head.HeadChunk]] = [:]
    private var files: [MappedFile] = []

    private(set) var metadata: [String: MetricMetadata] = [:]
    /// Samples that no record says the series of.
    private(set) var strayCount = 0
    /// Records of unknown kinds, by kind.
    private(set) var unknownCounts: [UInt8: Int] = [:]
    /// Whether what is being read is the log of samples that came out of order.
    var isOutOfOrder = false

    mutating func add(_ file: HeadChunkFile) throws(FileFault) {
        if file.chunks.isEmpty { return }
        files.append(try file.mapped())
        for chunk in file.chunks {
            chunks[chunk.reference, default: []].append(Head.HeadChunk(file: files.count - 1, chunk: chunk))
        }
    }

    private func find(_ reference: UInt64) -> Reference? {
        if reference < Self.denseReferences { return reference < UInt64(dense.count) ? dense[Int(reference)] : nil }
        return sparse[reference]
    }

    private mutating func set(_ reference: UInt64, _ value: Reference) {
        guard reference < Self.denseReferences else { return sparse[reference] = value }
        if reference >= UInt64(dense.count) {
            dense.append(contentsOf: repeatElement(nil, count: Int(reference) + 1 - dense.count))
        }
        dense[Int(reference)] = value
    }

    /// The head as far as it is known; of the builder only what it counted is left.
    mutating func finish() -> Head {
        (numbers, dense, sparse, chunks) = ([:], [], [:], [:])
        for index in series.indices {
            series[index].columns.putInOrder()
            series[index].chunks.sort { $0.chunk.times.lowerBound < $1.chunk.times.lowerBound }
        }
        var known: [Head.Series] = []
        swap(&known, &series)
        return Head(series: known, files: files)
    }
}

extension HeadBuilder: LogRecordReceiver {
    /// A series may be named again, by a checkpoint, or under another reference after it was forgotten.
    mutating func series(_ reference: UInt64, _ labels: Labels) {
        let number = numbers[labels] ?? series.count
        if number == series.count {
            numbers[labels] = number
            series.append(Head.Series(labels: labels))
        }
        if let known = find(reference), known.series == number { return }
        let mapped = chunks.removeValue(forKey: reference) ?? []
        series[number].chunks.append(contentsOf: mapped)
        let mappedThrough = mapped.filter { !$0.chunk.isOutOfOrder }.map(\.chunk.times.upperBound).max() ?? .min
        set(reference, Reference(series: number, mappedThrough: mappedThrough))
    }

    mutating func float(_ reference: UInt64, _ time: Int64, _ value: Double, _ startTime: Int64) {
        guard let known = find(reference) else { return strayCount += 1 }
        if time <= known.mappedThrough, !isOutOfOrder { return }
        series[known.series].columns.append(time: time, value: value, startTime: startTime)
    }

    mutating func histogram(_ reference: UInt64, _ time: Int64, _ histogram: NativeHistogram, _ startTime: Int64) {
        guard let known = find(reference) else { return strayCount += 1 }
        if time <= known.mappedThrough, !isOutOfOrder { return }
        series[known.series].columns.append(time: time, histogram: histogram, startTime: startTime)
    }

    mutating func tombstone(_ reference: UInt64, _ start: Int64, _ end: Int64) {
        guard let known = find(reference), start <= end else { return }
        series[known.series].deleted.append(start...end)
    }

    mutating func metadata(_ reference: UInt64, _ kind: MetricMetadata.Kind, unit: String, help: String) {
        guard let known = find(reference) else { return }
        let name = series[known.series].labels.metricName
        metadata[name] = MetricMetadata(name: name, kind: kind, unit: unit, help: help)
    }

    mutating func unknown(_ kind: UInt8) { unknownCounts[kind, default: 0] += 1 }
}
