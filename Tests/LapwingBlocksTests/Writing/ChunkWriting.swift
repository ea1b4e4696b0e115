@testable import LapwingBlocks
import LapwingSeries

struct TestSample: Equatable {
    var time: Int64
    var value: Double
    var start: Int64 = 0

    static func == (a: TestSample, b: TestSample) -> Bool {
        a.time == b.time && a.value.bitPattern == b.value.bitPattern && a.start == b.start
    }
}

/// Chunks as Prometheus writes them, from the definition of the format.
enum ChunkWriting {
    static func xor(_ samples: [TestSample]) -> [UInt8] {
        var header: [UInt8] = []
        header.put(UInt64(samples.count), width: 2)
        var writer = BitWriter(header)
        var value = XORWriter()
        var delta: Int64 = 0
        for (index, sample) in samples.enumerated() {
            if index == 0 {
                writer.putVarint(sample.time)
                value.start(sample.value, &writer)
                continue
            }
            let step = sample.time &- samples[index - 1].time
            if index == 1 { writer.putUvarint(UInt64(bitPattern: step)) } else { putChange(step &- delta, &writer) }
            delta = step
            value.put(sample.value, &writer)
        }
        return writer.bytes
    }

    private static func putChange(_ change: Int64, _ writer: inout BitWriter) {
        if change == 0 { return writer.put(false) }
        for (ones, width) in [(1, 14), (2, 17), (3, 20)] where BitWriter.fits(change, width) {
            writer.putOnes(ones)
            return writer.put(change, width)
        }
        writer.put(0xf as UInt64, 4)
        writer.put(change, 64)
    }

    static func xor2(_ samples: [TestSample]) -> [UInt8] {
        var header: [UInt8] = []
        header.put(UInt64(samples.count), width: 2)
        var starts = StartWriter(samples.map(\.start))
        header.append(starts.header)
        var writer = BitWriter(header)
        var value = XORWriter()
        var delta: Int64 = 0
        for (index, sample) in samples.enumerated() {
            if index == 0 {
                writer.putVarint(sample.time)
                // A stale marker at the start is written whole, and the next value against nothing.
                if sample.value.isStaleMarker { writer.put(sample.value.bitPattern, 64) } else { value.start(sample.value, &writer) }
            } else {
                let step = sample.time &- samples[index - 1].time
                if index == 1 {
                    writer.putUvarint(UInt64(bitPattern: step))
                    putValue(sample.value, &value, &writer)
                } else {
                    putJoint(step &- delta, sample.value, &value, &writer)
                }
                delta = step
            }
            starts.put(index, sample.time, previous: index == 0 ? 0 : samples[index - 1].time, &writer)
        }
        return writer.bytes
    }

    private static func putValue(_ value: Double, _ state: inout XORWriter, _ writer: inout BitWriter) {
        if value.isStaleMarker { return writer.put(0b111 as UInt64, 3) }
        // `0` unchanged, `10` old window, `110` new one: the new window has a zero between its ones and its bits.
        if state.isSame(value) { return writer.put(false) }
        writer.put(true)
        var probe = BitWriter()
        var copy = state
        copy.put(value, &probe, isKnownToChange: true)
        if probe.bytes[0] & 0x80 == 0 {
            state.put(value, &writer, isKnownToChange: true)
        } else {
            writer.put(true)
            writer.put(false)
            writer.putRest(of: &state, value)
        }
    }

    private static func putJoint(_ change: Int64, _ value: Double, _ state: inout XORWriter, _ writer: inout BitWriter) {
        if change == 0 {
            if value.isStaleMarker { return writer.put(0b11111 as UInt64, 5) }
            if state.isSame(value) { return writer.put(false) }
            writer.put(0b10 as UInt64, 2)
            return state.put(value, &writer, isKnownToChange: true)
        }
        if (-4096...4095).contains(change) {
            writer.put(0b110 as UInt64, 3)
            writer.put(change, 13)
        } else if (-524_288...524_287).contains(change) {
            writer.put(0b1110 as UInt64, 4)
            writer.put(change, 20)
        } else {
            writer.put(0b11110 as UInt64, 5)
            writer.put(change, 64)
        }
        putValue(value, &state, &writer)
    }
}

extension BitWriter {
    /// What `XORWriter` writes of a new window, without the one before it.
    fileprivate mutating func putRest(of state: inout XORWriter, _ value: Double) {
        var whole = BitWriter()
        state.put(value, &whole, isKnownToChange: true)
        let leading = UInt64(whole.bit(1...5))
        let width = whole.bit(6...11)
        put(leading, 5)
        put(UInt64(width), 6)
        for index in 0..<(width == 0 ? 64 : width) { put(whole.bit((12 + index)...(12 + index)) == 1) }
    }

    private func bit(_ range: ClosedRange<Int>) -> Int {
        range.reduce(0) { $0 << 1 | Int(bytes[$1 / 8] >> UInt8(7 - $1 % 8) & 1) }
    }
}

/// Start times behind samples.
struct StartWriter {
    let starts: [Int64]
    private var firstChange: Int
    private var distance: Int64 = 0

    init(_ starts: [Int64]) {
        self.starts = starts
        firstChange = starts.indices.dropFirst().first { starts[$0] != starts[$0 - 1] } ?? 0
        if firstChange > 127 || firstChange == 0 && starts.count > 127 { firstChange = 127 }
    }

    var header: UInt8 { (starts.first ?? 0) != 0 ? 0x80 | UInt8(firstChange) : UInt8(firstChange) }

    mutating func put(_ index: Int, _ time: Int64, previous: Int64, _ writer: inout BitWriter) {
        if index == 0 {
            if starts[0] != 0 { writer.putVarint(time - starts[0]) }
            return
        }
        guard firstChange > 0, index >= firstChange else { return }
        let next = previous - starts[index]
        writer.putVarbit(index == firstChange ? next : next - distance)
        distance = next
    }
}
