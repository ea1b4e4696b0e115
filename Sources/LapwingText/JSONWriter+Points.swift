/// Points as Prometheus' API lists them: `[1435781451.781,"1.5"]`.
///
/// Source: Prometheus 3.14 `web/api/v1/json_codec.go`, `util/jsonutil/marshal.go`.
extension JSONWriter {
    /// Writes points as elements of an array, which the first of them opens, and which `endArray` closes.
    ///
    /// Absent ones are left out: those whose value has bits in `absent`.
    /// - Parameters:
    ///   - prefixes: of the points' times, as many as there are values.
    ///   - isOpen: whether the array has an element before these; set when one is written.
    /// - Complexity: O(values), some 20 ns each; nothing is allocated but the bytes written.
    public mutating func points(
        _ prefixes: Span<PointPrefix>, _ values: Span<Double>, absent: Range<UInt64> = 0..<0, isOpen: inout Bool
    ) {
        var first = 0
        while first < values.count {
            let next = min(first + Self.pointsAtOnce, values.count)
            let part = first..<next
            write(room: part.count * Self.pointRoom) { (bytes: inout MutableRawSpan, offset: Int) in
                Self.write(prefixes.extracting(part), values.extracting(part), absent, &isOpen, to: &bytes, at: offset)
            }
            first = next
        }
    }

    /// Points of which each has a time of its own; milliseconds since the epoch.
    public mutating func points(times: Span<Int64>, _ values: Span<Double>, isOpen: inout Bool) {
        var prefixes: [PointPrefix] = []
        prefixes.reserveCapacity(Self.pointsAtOnce)
        var first = 0
        while first < values.count {
            let next = min(first + Self.pointsAtOnce, values.count)
            prefixes.removeAll(keepingCapacity: true)
            for index in first..<next { prefixes.append(PointPrefix(time: times[index])) }
            points(prefixes.span, values.extracting(first..<next), isOpen: &isOpen)
            first = next
        }
    }

    /// `[1435781451.781,"1.5"]` as one value.
    public mutating func point(_ prefix: PointPrefix, _ value: Double) {
        separate()
        write(room: Self.pointRoom) { (bytes: inout MutableRawSpan, offset: Int) in
            let bare = prefix.withoutComma
            bare.store(to: &bytes, at: offset)
            return Self.write(value, after: bare, to: &bytes, at: offset)
        }
    }

    /// A time in milliseconds, written in seconds.
    public mutating func seconds(_ time: Int64) {
        separate()
        write(room: Self.pointRoom) { (bytes: inout MutableRawSpan, offset: Int) in PointPrefix.write(time, to: &bytes, at: offset) }
    }

    /// A number in quotes, with an exponent below 1e-6 and from 1e21: how the API writes floats.
    public mutating func quoted(_ value: Double) {
        separate()
        write(room: Self.pointRoom) { (bytes: inout MutableRawSpan, offset: Int) in
            DecimalText.store(UInt64(UInt8(ascii: "\"")), to: &bytes, at: offset)
            let end = GoNumber.writeJSON(value, to: &bytes, at: offset + 1)
            DecimalText.store(UInt64(UInt8(ascii: "\"")), to: &bytes, at: end)
            return end + 1
        }
    }

    /// Points that are written before the bytes are grown again: what that clears is still in the cache.
    private static let pointsAtOnce = 128
    /// Bytes of one point at the most: 25 before the value, 25 of it, 2 behind it.
    private static let pointRoom = 52

    private static func write(
        _ prefixes: Span<PointPrefix>, _ values: Span<Double>, _ absent: Range<UInt64>, _ isOpen: inout Bool,
        to bytes: inout MutableRawSpan, at offset: Int
    ) -> Int {
        var end = offset
        let (absentBits, absentCount) = (absent.lowerBound, absent.upperBound - absent.lowerBound)
        for index in 0..<values.count {
            let value = values[index]
            if value.bitPattern &- absentBits < absentCount { continue }
            prefixes[index].store(to: &bytes, at: end)
            end = write(value, after: prefixes[index], to: &bytes, at: end)
        }
        if end > offset, !isOpen {
            bytes.storeBytes(of: UInt8(ascii: "["), toByteOffset: offset, as: UInt8.self)
            isOpen = true
        }
        return end
    }

    private static let closing = UInt64(UInt8(ascii: "\"")) | UInt64(UInt8(ascii: "]")) << 8

    private static func write(_ value: Double, after prefix: PointPrefix, to bytes: inout MutableRawSpan, at offset: Int) -> Int {
        let end = GoNumber.writeJSON(value, to: &bytes, at: offset &+ prefix.count)
        DecimalText.store(closing, to: &bytes, at: end)
        return end &+ 2
    }
}
