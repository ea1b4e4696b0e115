import LapwingSeries

/// What the records of a write-ahead log say. Source: Prometheus 3.14 `tsdb/record/record.go`.
enum LogRecordKind: UInt8, Sendable {
    case series = 1
    case samples = 2
    case tombstones = 3
    case exemplars = 4
    case mappedMarkers = 5
    case metadata = 6
    case histograms = 7
    case floatHistograms = 8
    case customHistograms = 9
    case customFloatHistograms = 10
    /// 3.14: with start times, as are the two that follow.
    case samplesWithStarts = 11
    case histogramsWithStarts = 12
    case floatHistogramsWithStarts = 13
}

/// Someone who is told what records say, one call per item.
protocol LogRecordReceiver {
    mutating func series(_ reference: UInt64, _ labels: Labels)
    mutating func float(_ reference: UInt64, _ time: Int64, _ value: Double, _ startTime: Int64)
    mutating func histogram(_ reference: UInt64, _ time: Int64, _ histogram: NativeHistogram, _ startTime: Int64)
    mutating func tombstone(_ reference: UInt64, _ start: Int64, _ end: Int64)
    mutating func metadata(_ reference: UInt64, _ kind: MetricMetadata.Kind, unit: String, help: String)
    /// A record of a kind that this program does not know.
    mutating func unknown(_ kind: UInt8)
}

enum LogRecord {
    /// - Complexity: O(bytes).
    static func read(_ record: Span<UInt8>, into receiver: inout some LogRecordReceiver) throws(DamagedBytes) {
        var reader = ByteReader(record)
        guard !reader.isAtEnd else { return }
        let kind = try reader.byte()
        switch LogRecordKind(rawValue: kind) {
        case .series: try readSeries(&reader, &receiver)
        case .samples: try readSamples(&reader, &receiver)
        case .tombstones: try readTombstones(&reader, &receiver)
        case .metadata: try readMetadata(&reader, &receiver)
        case .histograms, .customHistograms: try readHistograms(&reader, areFloat: false, haveStarts: false, &receiver)
        case .floatHistograms, .customFloatHistograms: try readHistograms(&reader, areFloat: true, haveStarts: false, &receiver)
        case .histogramsWithStarts: try readHistograms(&reader, areFloat: false, haveStarts: true, &receiver)
        case .floatHistogramsWithStarts: try readHistograms(&reader, areFloat: true, haveStarts: true, &receiver)
        case .samplesWithStarts: try readSamplesWithStarts(&reader, &receiver)
        // Queries have no use for exemplars; markers say which samples are in head chunks as well.
        case .exemplars, .mappedMarkers: break
        case nil: receiver.unknown(kind)
        }
    }

    private static func readSeries(_ reader: inout ByteReader, _ receiver: inout some LogRecordReceiver) throws(DamagedBytes) {
        var encoder = Labels.Encoder()
        while !reader.isAtEnd {
            let reference = try reader.fixed64()
            for _ in 0..<(try reader.count(of: "labels", atLeast: 2)) {
                let name = try reader.text()
                let value = try reader.text()
                encoder.append(name: reader.bytes.extracting(name), value: reader.bytes.extracting(value))
            }
            receiver.series(reference, encoder.finish())
        }
    }

    private static func readSamples(_ reader: inout ByteReader, _ receiver: inout some LogRecordReceiver) throws(DamagedBytes) {
        if reader.isAtEnd { return }
        let (reference, time) = (try reader.fixed64(), Int64(bitPattern: try reader.fixed64()))
        while !reader.isAtEnd {
            let series = reference &+ UInt64(bitPattern: try reader.varint())
            let at = time &+ (try reader.varint())
            receiver.float(series, at, try reader.double(), 0)
        }
    }

    private static func readSamplesWithStarts(
        _ reader: inout ByteReader, _ receiver: inout some LogRecordReceiver
    ) throws(DamagedBytes) {
        var keys = KeysWithStarts()
        while !reader.isAtEnd {
            try keys.read(&reader)
            receiver.float(keys.reference, keys.time, try reader.double(), keys.startTime)
        }
    }

    private static func readHistograms(
        _ reader: inout ByteReader, areFloat: Bool, haveStarts: Bool, _ receiver: inout some LogRecordReceiver
    ) throws(DamagedBytes) {
        if reader.isAtEnd { return }
        var keys = KeysWithStarts()
        var (firstReference, firstTime): (UInt64, Int64) = (0, 0)
        if !haveStarts { (firstReference, firstTime) = (try reader.fixed64(), Int64(bitPattern: try reader.fixed64())) }
        while !reader.isAtEnd {
            if haveStarts {
                try keys.read(&reader)
            } else {
                keys.reference = firstReference &+ UInt64(bitPattern: try reader.varint())
                keys.time = firstTime &+ (try reader.varint())
            }
            let histogram = try LogHistogram.read(&reader, isFloat: areFloat)
            receiver.histogram(keys.reference, keys.time, histogram, keys.startTime)
        }
    }

    private static func readTombstones(_ reader: inout ByteReader, _ receiver: inout some LogRecordReceiver) throws(DamagedBytes) {
        while !reader.isAtEnd {
            let reference = try reader.fixed64()
            let start = try reader.varint()
            receiver.tombstone(reference, start, try reader.varint())
        }
    }

    private static func readMetadata(_ reader: inout ByteReader, _ receiver: inout some LogRecordReceiver) throws(DamagedBytes) {
        while !reader.isAtEnd {
            let reference = try reader.uvarint()
            let kind = try reader.byte()
            var (unit, help) = ("", "")
            for _ in 0..<(try reader.count(of: "fields", atLeast: 2)) {
                let name = reader.bytes.string(try reader.text())
                let value = reader.bytes.string(try reader.text())
                if name == "UNIT" { unit = value } else if name == "HELP" { help = value }
            }
            receiver.metadata(reference, self.kind(kind), unit: unit, help: help)
        }
    }

    private static func kind(_ number: UInt8) -> MetricMetadata.Kind {
        switch number {
        case 1: .counter
        case 2: .gauge
        case 3: .histogram
        case 4: .gaugehistogram
        case 5: .summary
        case 6: .info
        case 7: .stateset
        default: .unknown
        }
    }
}

/// Series, time and start time of samples, as 3.14 writes them: the first whole, the others as differences.
private struct KeysWithStarts {
    var reference: UInt64 = 0
    var time: Int64 = 0
    var startTime: Int64 = 0
    private var first: (time: Int64, startTime: Int64)?

    @_lifetime(reader: copy reader)
    mutating func read(_ reader: inout ByteReader) throws(DamagedBytes) {
        reference = reference &+ UInt64(bitPattern: try reader.varint())
        guard let first else {
            time = try reader.varint()
            startTime = try reader.varint()
            first = (time, startTime)
            return
        }
        time = first.time &+ (try reader.varint())
        switch try reader.byte() {
        case 0: startTime = 0
        case 1: break
        default: startTime = first.startTime &+ (try reader.varint())
        }
    }
}
