// Works on buffers of integers by pointer: residuals are computed, measured and packed in loops without bounds checks.
import LapwingSeries
import LapwingText

/// Integers as the difference from what their predecessors promise, packed in as few bits as nearly all need.
///
/// The few that need more are exceptions. This is frame-of-reference packing with patches, after Zukowski et al.,
/// "Super-Scalar RAM-CPU Cache Compression" (2006), with the order of differences chosen by size.
enum IntegerColumn {
    /// What is promised, and which numbers stand before the base to begin with.
    enum Order: UInt8, CaseIterable {
        /// Nothing; no heads.
        case values
        /// The one before; the first is the head.
        case deltas
        /// The last step again; the first and the first step are the heads.
        case deltasOfDeltas
        /// A straight line; its start and its step are the heads.
        case line

        /// How many numbers the heads already tell.
        var told: Int {
            switch self {
            case .values, .line: 0
            case .deltas: 1
            case .deltasOfDeltas: 2
            }
        }
    }

    static let hasExceptions: UInt8 = 4
    static let hasShift: UInt8 = 8
    static let hasBase: UInt8 = 16

    // MARK: Encoding

    /// How a column would be written.
    struct Plan {
        var order: Order
        var heads: (Int64, Int64)
        var base: Int64 = 0
        var range: UInt64 = 0
        var width = 0
        var shift = 0
        var exceptions = 0
        /// Bits, estimated.
        var size = 0
    }

    /// Appends the smallest encoding among some orders.
    ///
    /// - Parameter scratch: memory that is used again from column to column.
    static func encode(_ values: [Int64], _ orders: [Order], into bytes: inout [UInt8], _ scratch: inout [Int64]) {
        if scratch.count < values.count { scratch = Array(repeating: 0, count: max(512, values.count)) }
        values.withUnsafeBufferPointer { values in
            scratch.withUnsafeMutableBufferPointer { scratch in
                let residuals = UnsafeMutableBufferPointer(rebasing: scratch[..<values.count])
                var best = Plan(order: .values, heads: (0, 0), size: .max)
                var leastSampled = Int.max
                var filled: Order?
                for order in orders where order.told <= values.count {
                    let heads = fill(residuals, values, order)
                    filled = order
                    let told = UnsafeBufferPointer(rebasing: residuals[order.told...])
                    let sampled = sampledBits(told)
                    // Half a bit more in the sample is no order to measure in full.
                    if sampled > leastSampled { continue }
                    leastSampled = min(leastSampled, sampled + sampled / 16 + sampleSize / 2)
                    let plan = plan(told, order, heads)
                    if plan.size < best.size { best = plan }
                    if best.width == 0 && best.exceptions == 0 { break }
                }
                if filled != best.order { _ = fill(residuals, values, best.order) }
                write(UnsafeMutableBufferPointer(rebasing: residuals[best.order.told...]), best, into: &bytes)
            }
        }
    }

    /// Fills in the residuals, those that the heads tell left out.
    private static func fill(
        _ residuals: UnsafeMutableBufferPointer<Int64>, _ values: UnsafeBufferPointer<Int64>, _ order: Order
    ) -> (Int64, Int64) {
        let count = values.count
        switch order {
        case .values:
            for index in 0..<count { residuals[index] = values[index] }
            return (0, 0)
        case .deltas:
            for index in stride(from: 1, to: count, by: 1) { residuals[index] = values[index] &- values[index &- 1] }
            return (values[0], 0)
        case .deltasOfDeltas:
            for index in stride(from: 2, to: count, by: 1) {
                residuals[index] = values[index] &- 2 &* values[index &- 1] &+ values[index &- 2]
            }
            return (values[0], values[1] &- values[0])
        case .line:
            let first = count == 0 ? 0 : values[0]
            let step = count < 2 ? 0 : meanStep(first, values[count - 1], count - 1)
            var promised = first
            for index in 0..<count {
                residuals[index] = values[index] &- promised
                promised &+= step
            }
            return (first, step)
        }
    }

    private static func meanStep(_ first: Int64, _ last: Int64, _ steps: Int) -> Int64 {
        let (span, overflow) = last.subtractingReportingOverflow(first)
        return overflow ? 0 : (span &+ Int64(steps / 2)) / Int64(steps)
    }

    /// So many residuals tell how an order compares with the others.
    private static let sampleSize = 32

    /// Bits of some residuals, evenly taken; zero of a short column, whose orders are all measured.
    private static func sampledBits(_ residuals: UnsafeBufferPointer<Int64>) -> Int {
        let count = residuals.count
        if count < 2 * sampleSize { return 0 }
        let pivot = pivot(residuals)
        var bits = 0
        let step = count / sampleSize
        for sample in 0..<sampleSize { bits &+= length(residuals[sample &* step] &- pivot) }
        return bits
    }

    /// A number in the midst of the residuals.
    private static func pivot(_ residuals: UnsafeBufferPointer<Int64>) -> Int64 {
        let count = residuals.count
        return middle(residuals[count / 4], residuals[count / 2], residuals[count - 1 - count / 4])
    }

    /// The width at which packed bits and exceptions together are least.
    private static func plan(_ residuals: UnsafeBufferPointer<Int64>, _ order: Order, _ heads: (Int64, Int64)) -> Plan {
        var plan = Plan(order: order, heads: heads)
        let count = residuals.count
        let headBits = order == .values ? 0 : order == .deltas ? 24 : 32
        guard count > 0 else {
            plan.size = headBits
            return plan
        }
        let pivot = pivot(residuals)
        // A plain buffer: an inline array is copied whole for each count that is added to it.
        return withUnsafeTemporaryAllocation(of: Int.self, capacity: 65) { lengths in
            lengths.initialize(repeating: 0)
            var longest = 0
            for residual in residuals {
                let length = length(residual &- pivot)
                lengths[length] &+= 1
                longest = max(longest, length)
            }
            let limit = chosenLength(lengths, longest, count)
            measure(residuals, pivot, limit, &plan)
            plan.size = headBits + count * plan.width
            for wide in stride(from: limit + 1, through: longest, by: 1) {
                plan.exceptions += lengths[wide]
                plan.size += lengths[wide] * exceptionBits(wide)
            }
            return plan
        }
    }

    /// The frame of the residuals that are packed: those at most `limit` bits from the pivot.
    private static func measure(
        _ residuals: UnsafeBufferPointer<Int64>, _ pivot: Int64, _ limit: Int, _ plan: inout Plan
    ) {
        var low = pivot
        var high = pivot
        var bits: UInt64 = 0
        for residual in residuals where length(residual &- pivot) <= limit {
            low = min(low, residual)
            high = max(high, residual)
            bits |= UInt64(bitPattern: residual &- pivot)
        }
        plan.base = low
        plan.range = UInt64(bitPattern: high &- low)
        plan.shift = bits == 0 ? 0 : bits.trailingZeroBitCount
        plan.width = BitPacking.width(for: 64 - (plan.range >> UInt64(plan.shift)).leadingZeroBitCount)
    }

    /// Bits of the distance when its sign is folded in.
    @inline(__always)
    private static func length(_ distance: Int64) -> Int {
        64 &- UInt64(bitPattern: (distance << 1) ^ (distance >> 63)).leadingZeroBitCount
    }

    private static func exceptionBits(_ length: Int) -> Int { 8 + 8 * ((length + 7) / 7) }

    private static func middle(_ a: Int64, _ b: Int64, _ c: Int64) -> Int64 { max(min(a, b), min(max(a, b), c)) }

    private static func chosenLength(_ lengths: UnsafeMutableBufferPointer<Int>, _ longest: Int, _ count: Int) -> Int {
        var best = longest
        var bestSize = Int.max
        var exceptionSize = 0
        for limit in stride(from: longest, through: 0, by: -1) {
            let size = exceptionSize + BitPacking.width(for: limit) * count
            if size < bestSize {
                best = limit
                bestSize = size
            }
            exceptionSize += lengths[limit] * exceptionBits(limit)
        }
        return best
    }

    private static func write(_ residuals: UnsafeMutableBufferPointer<Int64>, _ plan: Plan, into bytes: inout [UInt8]) {
        var exceptions: [(place: Int, excess: Int64)] = []
        let mask = plan.shift == 0 ? 0 : (UInt64(1) << UInt64(plan.shift)) &- 1
        for index in residuals.indices {
            let excess = residuals[index] &- plan.base
            let isPacked = UInt64(bitPattern: excess) <= plan.range && UInt64(bitPattern: excess) & mask == 0
            if !isPacked { exceptions.append((index, excess)) }
            residuals[index] = isPacked ? Int64(bitPattern: UInt64(bitPattern: excess) >> UInt64(plan.shift)) : 0
        }
        let flags = (exceptions.isEmpty ? 0 : hasExceptions) | (plan.shift == 0 ? 0 : hasShift) | (plan.base == 0 ? 0 : hasBase)
        bytes.append(plan.order.rawValue | flags)
        bytes.append(UInt8(plan.width))
        if plan.shift != 0 { bytes.append(UInt8(plan.shift)) }
        if plan.order != .values { bytes.appendZigzag(plan.heads.0) }
        if plan.order == .deltasOfDeltas || plan.order == .line { bytes.appendZigzag(plan.heads.1) }
        if plan.base != 0 { bytes.appendZigzag(plan.base) }
        if !exceptions.isEmpty { bytes.appendVarint(UInt64(exceptions.count)) }
        residuals.withMemoryRebound(to: UInt64.self) {
            BitPacking.pack(UnsafeBufferPointer($0), width: plan.width, into: &bytes)
        }
        var next = 0
        for (place, excess) in exceptions {
            bytes.appendVarint(UInt64(place - next))
            bytes.appendZigzag(excess)
            next = place + 1
        }
    }
}
