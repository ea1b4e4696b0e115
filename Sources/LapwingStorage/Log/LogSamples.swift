import LapwingDisk
import LapwingSeries

/// A batch of samples as a record of the log; `LogRecord` shows the bytes.
enum LogSamples {
    private static let sameTime: UInt8 = 1
    private static let hasStartTimes: UInt8 = 2
    private static let hasHistograms: UInt8 = 4
    private static let hasSeriesRuns: UInt8 = 8
    private static let hasBounds: UInt8 = 16

    // MARK: Writing

    static func append(_ batch: SampleBatch, _ bounds: BatchBounds, to bytes: inout [UInt8]) {
        bytes.append(LogRecord.samples)
        let origin = batch.times.first ?? batch.histogramTimes.first ?? 0
        appendColumns(
            batch.series, batch.times, batch.startTimes, (batch.histograms.isEmpty ? 0 : hasHistograms), bounds, origin, to: &bytes)
        var previous: Int64 = 0
        for value in batch.values { LogValues.append(value, &previous, to: &bytes) }
        if batch.histograms.isEmpty { return }
        appendColumns(batch.histogramSeries, batch.histogramTimes, batch.histogramStartTimes, 0, nil, origin, to: &bytes)
        for histogram in batch.histograms { LogHistograms.append(histogram, to: &bytes) }
    }

    private static func appendColumns(
        _ series: [SeriesReference], _ times: [Int64], _ starts: [Int64], _ given: UInt8, _ bounds: BatchBounds?, _ origin: Int64,
        to bytes: inout [UInt8]
    ) {
        let runs = runs(of: series)
        var flags = given
        if times.allSatisfy({ $0 == origin }) { flags |= sameTime }
        if !starts.isEmpty { flags |= hasStartTimes }
        if 2 * runs.count <= series.count { flags |= hasSeriesRuns }
        if let bounds, bounds != BatchBounds() { flags |= hasBounds }
        bytes.append(flags)
        if let bounds {
            bytes.appendSigned(origin)
            if flags & hasBounds != 0 {
                for bound in [bounds.latestTime, bounds.earliestTime, bounds.outOfOrderFrom] { bytes.appendSigned(bound &- origin) }
            }
        }
        bytes.appendNumber(series.count)
        appendSeries(series, runs, isRuns: flags & hasSeriesRuns != 0, to: &bytes)
        if flags & sameTime == 0 {
            var last = origin
            for time in times {
                bytes.appendSigned(time &- last)
                last = time
            }
        }
        for (start, time) in zip(starts, times) { bytes.appendSigned(time &- start) }
    }

    private static func runs(of series: [SeriesReference]) -> [(first: UInt64, count: Int)] {
        var runs: [(first: UInt64, count: Int)] = []
        for reference in series {
            if let last = runs.indices.last, runs[last].first &+ UInt64(runs[last].count) == reference.rawValue {
                runs[last].count += 1
            } else {
                runs.append((reference.rawValue, 1))
            }
        }
        return runs
    }

    private static func appendSeries(
        _ series: [SeriesReference], _ runs: [(first: UInt64, count: Int)], isRuns: Bool, to bytes: inout [UInt8]
    ) {
        var next: UInt64 = 0
        if !isRuns {
            for reference in series {
                bytes.appendSigned(Int64(bitPattern: reference.rawValue &- next))
                next = reference.rawValue &+ 1
            }
            return
        }
        bytes.appendNumber(runs.count)
        for run in runs {
            bytes.appendSigned(Int64(bitPattern: run.first &- next))
            bytes.appendNumber(run.count)
            next = run.first &+ UInt64(run.count)
        }
    }

    // MARK: Reading

    static func read(_ reader: inout ByteReader) throws(ByteReader.Malformed) -> (batch: SampleBatch, bounds: BatchBounds) {
        var batch = SampleBatch()
        var bounds = BatchBounds()
        let flags = try reader.byte()
        let origin = try reader.zigzag()
        if flags & hasBounds != 0 {
            bounds.latestTime = origin &+ (try reader.zigzag())
            bounds.earliestTime = origin &+ (try reader.zigzag())
            bounds.outOfOrderFrom = origin &+ (try reader.zigzag())
        }
        try readColumns(&reader, flags, origin, &batch.series, &batch.times, &batch.startTimes)
        var previous: Int64 = 0
        batch.values.reserveCapacity(batch.series.count)
        for _ in batch.series { batch.values.append(try LogValues.read(&reader, &previous)) }
        if flags & hasHistograms != 0 {
            let flags = try reader.byte()
            try readColumns(&reader, flags, origin, &batch.histogramSeries, &batch.histogramTimes, &batch.histogramStartTimes)
            for _ in batch.histogramSeries { batch.histograms.append(try LogHistograms.read(&reader)) }
        }
        return (batch, bounds)
    }

    private static func readColumns(
        _ reader: inout ByteReader, _ flags: UInt8, _ origin: Int64, _ series: inout [SeriesReference], _ times: inout [Int64],
        _ starts: inout [Int64]
    ) throws(ByteReader.Malformed) {
        // Each sample has a byte of value at least.
        let count = try reader.count()
        series.reserveCapacity(count)
        var next: UInt64 = 0
        if flags & hasSeriesRuns != 0 {
            for _ in 0..<(try reader.count(bytesEach: 2)) {
                next &+= UInt64(bitPattern: try reader.zigzag())
                let length = try reader.number()
                guard length >= 0, length <= count - series.count else { throw .init(offset: reader.offset) }
                for _ in 0..<length {
                    series.append(SeriesReference(next))
                    next &+= 1
                }
            }
        } else {
            for _ in 0..<count {
                next &+= UInt64(bitPattern: try reader.zigzag())
                series.append(SeriesReference(next))
                next &+= 1
            }
        }
        guard series.count == count else { throw .init(offset: reader.offset) }
        if flags & sameTime != 0 {
            times = Array(repeating: origin, count: count)
        } else {
            times.reserveCapacity(count)
            var last = origin
            for _ in 0..<count {
                last &+= try reader.zigzag()
                times.append(last)
            }
        }
        guard flags & hasStartTimes != 0 else { return }
        for time in times { starts.append(time &- (try reader.zigzag())) }
    }
}
