import LapwingSeries
import LapwingText

/// Reads the items of a series' values.
struct NotationReader {
    private let bytes: [UInt8]
    private var offset = 0
    private var itemStart = 0
    /// How many values the next item is expanded to at most; nil: as many as it says.
    var room: Int?

    init(_ text: String) { bytes = Array(text.utf8) }

    func failure(_ message: String) -> PromQLSyntaxError {
        PromQLSyntaxError(message, at: SourceRange(min(itemStart, bytes.count), bytes.count), in: bytes)
    }

    /// Of the item that was read last alone.
    func failureOfItem(_ message: String) -> PromQLSyntaxError { PromQLSyntaxError(message, at: SourceRange(itemStart, offset), in: bytes) }

    private var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: scalar) else { return false }
        offset += 1
        return true
    }

    /// Whether an item follows.
    mutating func skipSpaces() -> Bool {
        while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { offset += 1 }
        itemStart = offset
        return current != nil
    }

    mutating func item() throws(PromQLSyntaxError) -> [NotatedValue] {
        if skip("_") {
            let count = skip("x") ? try repetition() : 1
            return try ended(Array(repeating: .gap, count: count))
        }
        if bytes[offset...].starts(with: "{{".utf8) { return try histogramItem() }
        if bytes[offset...].starts(with: "stale".utf8) {
            offset += 5
            let count = skip("x") ? try repetition() + 1 : 1
            return try ended(Array(repeating: .float(StaleMarker.value), count: count))
        }
        var value = try number()
        guard let byte = current, byte != 0x20, byte != 0x09, byte != 0x0A, byte != 0x0D else { return [.float(value)] }
        var step = 0.0
        if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { step = try number() }
        guard skip("x") else { throw failure("unexpected character in series sequence, expected a space or \"x\"") }
        var values: [NotatedValue] = []
        for _ in 0...(try repetition()) {
            values.append(.float(value))
            value += step
        }
        return try ended(values)
    }

    private func ended(_ values: [NotatedValue]) throws(PromQLSyntaxError) -> [NotatedValue] {
        guard let byte = current, byte != 0x20, byte != 0x09, byte != 0x0A, byte != 0x0D else { return values }
        throw failure("unexpected character in series sequence: '\(Unicode.Scalar(byte))'")
    }

    private mutating func repetition() throws(PromQLSyntaxError) -> Int {
        let start = offset
        while let byte = current, byte &- 0x30 <= 9 { offset += 1 }
        let digits = String(decoding: bytes[start..<offset], as: UTF8.self)
        guard let count = Int(digits), room != nil || count < SeriesNotation.maximumValues else { throw failure("invalid repetition in series values") }
        return min(count, room ?? count)
    }

    /// A number with an optional sign, up to the next sign, `x`, space or bracket.
    private mutating func number() throws(PromQLSyntaxError) -> Double {
        let start = offset
        if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { offset += 1 }
        while let byte = current {
            let isSign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
            let followsExponent = offset - 1 > start && bytes[offset - 1] | 0x20 == UInt8(ascii: "e")
            if byte == UInt8(ascii: "x") || byte <= 0x20 || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { break }
            if isSign && !followsExponent { break }
            offset += 1
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        let unsigned = text.drop { $0 == "+" || $0 == "-" }
        if let value = Parser.number(String(unsigned)) { return text.hasPrefix("-") ? -value : value }
        if let duration = try? PrometheusDuration.milliseconds(unsigned) {
            return Double(duration) / 1000 * (text.hasPrefix("-") ? -1 : 1)
        }
        throw failure("unexpected \(GoQuote.quote(text)) in series values, expected number or \"stale\"")
    }

    // MARK: Histograms

    private mutating func histogramItem() throws(PromQLSyntaxError) -> [NotatedValue] {
        let first = try histogram()
        if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") {
            let isIncrease = skip("+")
            if !isIncrease { offset += 1 }
            let step = try histogram()
            guard skip("x") else { throw failure("expected \"x\" and a number behind a histogram's increase") }
            let count = try repetition()
            return try progression(from: first, by: step, isIncrease: isIncrease, count: count)
        }
        let count = skip("x") ? try repetition() + 1 : 1
        return try ended(Array(repeating: .histogram(first), count: count))
    }

    private func progression(
        from first: NativeHistogram, by step: NativeHistogram, isIncrease: Bool, count: Int
    ) throws(PromQLSyntaxError) -> [NotatedValue] {
        var current = first
        var values: [NotatedValue] = [.histogram(first)]
        for _ in 0..<count {
            guard current.schema <= step.schema else {
                throw failure("error combining histograms: cannot merge from schema \(step.schema) to \(current.schema)")
            }
            do throws(NativeHistogramError) {
                if isIncrease { try current.add(step) } else { try current.subtract(step) }
            } catch {
                throw failure(error.message)
            }
            values.append(.histogram(current))
        }
        return try ended(values)
    }

    private mutating func histogram() throws(PromQLSyntaxError) -> NativeHistogram {
        guard bytes[offset...].starts(with: "{{".utf8) else { throw failure("expected a histogram in {{ and }}") }
        offset += 2
        var histogram = NativeHistogram()
        var offsets: (positive: Int32, negative: Int32) = (0, 0)
        var seen: Set<String> = []
        while true {
            while skip(" ") {}
            if skip("}") {
                guard skip("}") else { throw failure("a histogram ends with }}") }
                break
            }
            let start = offset
            while let byte = current, byte | 0x20 >= UInt8(ascii: "a"), byte | 0x20 <= UInt8(ascii: "z") || byte == UInt8(ascii: "_") { offset += 1 }
            let key = String(decoding: bytes[start..<offset], as: UTF8.self)
            guard skip(":") else { throw failure("bad histogram descriptor found: \(GoQuote.quote(key))") }
            guard seen.insert(key).inserted else { throw failure("duplicate key \(GoQuote.quote(key)) in histogram") }
            try read(key, into: &histogram, &offsets)
        }
        if !histogram.positiveBuckets.isEmpty {
            histogram.positiveSpans = [.init(offset: offsets.positive, length: UInt32(histogram.positiveBuckets.count))]
        }
        if !histogram.negativeBuckets.isEmpty {
            histogram.negativeSpans = [.init(offset: offsets.negative, length: UInt32(histogram.negativeBuckets.count))]
        }
        return histogram
    }

    private mutating func read(
        _ key: String, into histogram: inout NativeHistogram, _ offsets: inout (positive: Int32, negative: Int32)
    ) throws(PromQLSyntaxError) {
        switch key {
        case "schema": histogram.schema = try integer()
        case "sum": histogram.sum = try number()
        case "count": histogram.count = try number()
        case "z_bucket": histogram.zeroCount = try number()
        case "z_bucket_w": histogram.zeroThreshold = try number()
        case "offset": offsets.positive = try integer()
        case "n_offset": offsets.negative = try integer()
        case "buckets": histogram.positiveBuckets = try numbers()
        case "n_buckets": histogram.negativeBuckets = try numbers()
        case "custom_values": histogram.customValues = try numbers()
        case "counter_reset_hint":
            let hints: [(String, NativeHistogram.CounterResetHint)] = [
                ("unknown", .unknown), ("reset", .reset), ("not_reset", .notReset), ("gauge", .gauge),
            ]
            let start = offset
            while let byte = current, byte > 0x20, byte != UInt8(ascii: "}") { offset += 1 }
            let word = String(decoding: bytes[start..<offset], as: UTF8.self)
            guard let hint = hints.first(where: { $0.0 == word }) else {
                throw failure("error parsing counter_reset_hint: unknown value \(word)")
            }
            histogram.counterResetHint = hint.1
        default: throw failure("bad histogram descriptor found: \(GoQuote.quote(key))")
        }
    }

    private mutating func integer() throws(PromQLSyntaxError) -> Int32 {
        let value = try number()
        guard let integer = Int32(exactly: value) else { throw failure("expected a whole number, not \(GoNumber.text(value))") }
        return integer
    }

    private mutating func numbers() throws(PromQLSyntaxError) -> [Double] {
        guard skip("[") else { throw failure("expected numbers in [ and ]") }
        var numbers: [Double] = []
        while true {
            while skip(" ") {}
            if skip("]") { return numbers }
            guard current != nil else { throw failure("the list of numbers has no closing bracket") }
            numbers.append(try number())
        }
    }
}
