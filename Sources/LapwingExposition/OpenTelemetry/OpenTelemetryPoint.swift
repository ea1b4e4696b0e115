import LapwingSeries

/// One data point, of any kind.
struct OpenTelemetryPoint {
    private(set) var attributes = OpenTelemetryAttributes()
    /// Milliseconds since the epoch; on the wire there are nanoseconds.
    private(set) var startTime: Int64 = 0
    private(set) var time: Int64 = 0
    /// Whether the point says that its series has ended.
    private(set) var hasNoValue = false
    private(set) var value = 0.0
    private(set) var count: UInt64 = 0
    private(set) var sum: Double?
    private(set) var bounds: [Double] = []
    private(set) var bucketCounts: [UInt64] = []
    private(set) var quantiles: [(quantile: Double, value: Double)] = []
    private(set) var exemplars: [OpenTelemetryExemplar] = []

    private var scale: Int32 = 0
    private var zeroCount: UInt64 = 0
    private var positive = OpenTelemetryBuckets()
    private var negative = OpenTelemetryBuckets()

    private static func milliseconds(_ reader: inout ProtobufReader) throws(ProtobufReader.Fault) -> Int64 {
        Int64(try reader.fixed64() / 1_000_000)
    }

    mutating func readNumber(_ message: ProtobufReader) throws(ProtobufReader.Fault) {
        var reader = message
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (2, .fixed64): startTime = try Self.milliseconds(&reader)
            case (3, .fixed64): time = try Self.milliseconds(&reader)
            case (4, .fixed64): value = try reader.double()
            case (5, .bytes): exemplars.append(try OpenTelemetryExemplar(try reader.message()))
            case (6, .fixed64): value = Double(Int64(bitPattern: try reader.fixed64()))
            case (7, .bytes): try attributes.read(try reader.message())
            case (8, .varint): hasNoValue = try reader.varint() & 1 != 0
            default: try reader.skip(field.type)
            }
        }
    }

    /// Reads a field that points with a count and a sum have alike, whatever their kind.
    private mutating func readShared(_ field: ProtobufReader.Field, _ reader: inout ProtobufReader) throws(ProtobufReader.Fault) {
        switch (field.number, field.type) {
        case (2, .fixed64): startTime = try Self.milliseconds(&reader)
        case (3, .fixed64): time = try Self.milliseconds(&reader)
        case (4, .fixed64): count = try reader.fixed64()
        case (5, .fixed64): sum = try reader.double()
        default: try reader.skip(field.type)
        }
    }

    mutating func readHistogram(_ message: ProtobufReader) throws(ProtobufReader.Fault) {
        var reader = message
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (6, _): try reader.repeated(field.type, into: &bucketCounts) { (reader) throws(ProtobufReader.Fault) in try reader.fixed64() }
            case (7, _): try reader.repeated(field.type, into: &bounds, HistogramMessage.double)
            case (8, .bytes): exemplars.append(try OpenTelemetryExemplar(try reader.message()))
            case (9, .bytes): try attributes.read(try reader.message())
            case (10, .varint): hasNoValue = try reader.varint() & 1 != 0
            default: try readShared(field, &reader)
            }
        }
    }

    mutating func readExponential(_ message: ProtobufReader) throws(ProtobufReader.Fault) {
        var reader = message
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .bytes): try attributes.read(try reader.message())
            case (6, .varint): scale = Int32(clamping: try reader.zigzag())
            case (7, .fixed64): zeroCount = try reader.fixed64()
            case (8, .bytes): try positive.read(try reader.message())
            case (9, .bytes): try negative.read(try reader.message())
            case (10, .varint): hasNoValue = try reader.varint() & 1 != 0
            case (11, .bytes): exemplars.append(try OpenTelemetryExemplar(try reader.message()))
            default: try readShared(field, &reader)
            }
        }
    }

    mutating func readSummary(_ message: ProtobufReader) throws(ProtobufReader.Fault) {
        var reader = message
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (6, .bytes): quantiles.append(try Self.quantile(try reader.message()))
            case (7, .bytes): try attributes.read(try reader.message())
            case (8, .varint): hasNoValue = try reader.varint() & 1 != 0
            default: try readShared(field, &reader)
            }
        }
    }

    private static func quantile(_ message: ProtobufReader) throws(ProtobufReader.Fault) -> (quantile: Double, value: Double) {
        var reader = message
        var pair = (quantile: 0.0, value: 0.0)
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .fixed64): pair.quantile = try reader.double()
            case (2, .fixed64): pair.value = try reader.double()
            default: try reader.skip(field.type)
            }
        }
        return pair
    }

    // MARK: Exponential histograms

    private static let schemas = (lowest: Int32(-4), highest: Int32(8))
    private static let zeroThreshold = 1e-128

    /// Why an exponential histogram cannot become a native one, or nil.
    var exponentialFault: String? {
        guard scale >= Self.schemas.lowest else {
            return "cannot convert exponential to native histogram. Scale must be >= \(Self.schemas.lowest), was \(scale)"
        }
        for side in [positive, negative] where !side.fits {
            return "an exponential histogram's bucket indexes overflow: \(side.counts.count) from \(side.offset)"
        }
        let histogram = nativeHistogram
        return histogram.contentFault ?? histogram.countFault
    }

    /// - Precondition: the scale and the indexes of the buckets are right.
    var nativeHistogram: NativeHistogram {
        var histogram = NativeHistogram()
        let merged = max(0, scale - Self.schemas.highest)
        histogram.schema = min(scale, Self.schemas.highest)
        histogram.zeroThreshold = Self.zeroThreshold
        histogram.zeroCount = Double(zeroCount)
        (histogram.positiveSpans, histogram.positiveBuckets) = positive.sparse(mergedBy: merged)
        (histogram.negativeSpans, histogram.negativeBuckets) = negative.sparse(mergedBy: merged)
        histogram.count = Double(count)
        histogram.sum = hasNoValue ? StaleMarker.value : sum ?? 0
        return histogram
    }
}

/// One side of an exponential histogram: counts of neighbouring buckets.
struct OpenTelemetryBuckets {
    private(set) var offset: Int32 = 0
    private(set) var counts: [UInt64] = []

    mutating func read(_ message: ProtobufReader) throws(ProtobufReader.Fault) {
        var reader = message
        while let field = try reader.field() {
            switch (field.number, field.type) {
            case (1, .varint): offset = Int32(clamping: try reader.zigzag())
            case (2, _): try reader.repeated(field.type, into: &counts) { (reader) throws(ProtobufReader.Fault) in try reader.varint() }
            default: try reader.skip(field.type)
            }
        }
    }

    /// Whether every bucket has an index.
    var fits: Bool { Int64(offset) + Int64(counts.count) < Int64(Int32.max) }

    /// The buckets that hold something, 2 to the power of `merge` made one; empty ones between them stand for at most two.
    ///
    /// OpenTelemetry's bucket 0 lies above 1, Prometheus' below.
    func sparse(mergedBy merge: Int32) -> (spans: [NativeHistogram.BucketSpan], buckets: [Double]) {
        var spans: [NativeHistogram.BucketSpan] = []
        var buckets: [Double] = []
        /// Behind the last bucket that was written.
        var next: Int32 = 0
        var index = counts.startIndex
        while index < counts.endIndex {
            let bucket = ((offset + Int32(index)) >> min(merge, 31)) + 1
            var count: UInt64 = 0
            while index < counts.endIndex, ((offset + Int32(index)) >> min(merge, 31)) + 1 == bucket {
                count &+= counts[index]
                index += 1
            }
            guard count > 0 else { continue }
            let gap = bucket - next
            if spans.isEmpty || gap > 2 {
                spans.append(NativeHistogram.BucketSpan(offset: gap, length: 0))
            } else {
                for _ in 0..<gap { buckets.append(0) }
                spans[spans.count - 1].length += UInt32(gap)
            }
            spans[spans.count - 1].length += 1
            buckets.append(Double(count))
            next = bucket + 1
        }
        return (spans, buckets)
    }
}
