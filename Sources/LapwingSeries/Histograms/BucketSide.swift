/// The buckets of one sign: where they lie, what they hold, and what rounding has lost of it.
///
/// `losses` is empty, or has one for each of `counts`.
struct BucketSide {
    typealias BucketSpan = NativeHistogram.BucketSpan

    var spans: [BucketSpan] = []
    var counts: [Double] = []
    var losses: [Double] = []

    init() {}

    init(_ spans: [BucketSpan], _ counts: [Double], losses: [Double] = []) {
        self.spans = spans
        self.counts = counts
        self.losses = losses
    }

    /// Buckets at ascending indexes.
    init(_ indexes: [Int64], _ counts: [Double]) {
        var last: Int64?
        for (index, count) in zip(indexes, counts) {
            append(index, after: last, count, loss: nil)
            last = index
        }
    }

    /// Room for as many buckets as another has.
    private init(reserving capacity: Int, tracksLosses: Bool) {
        counts.reserveCapacity(capacity)
        if tracksLosses { losses.reserveCapacity(capacity) }
    }

    private var tracksLosses: Bool { !losses.isEmpty }

    private func loss(_ place: Int) -> Double { place < losses.count ? losses[place] : 0 }

    // MARK: Building

    /// Adds a bucket behind all others.
    private mutating func append(_ index: Int64, after last: Int64?, _ count: Double, loss: Double?) {
        if let last, index == last + 1, !spans.isEmpty {
            spans[spans.count - 1].length += 1
        } else {
            let gap = last.map { index - $0 - 1 } ?? index
            spans.append(BucketSpan(offset: Int32(clamping: gap), length: 1))
        }
        counts.append(count)
        if let loss { losses.append(loss) }
    }

    /// Adds to the last bucket.
    private mutating func add(_ count: Double, loss: Double?) {
        let place = counts.count - 1
        guard let loss, place < losses.count else {
            counts[place] += count
            return
        }
        increment(&counts[place], &losses[place], by: count)
        increment(&counts[place], &losses[place], by: loss)
    }

    // MARK: Arithmetic

    /// The other side's buckets added, or subtracted for a sign of -1; what this side lacks is put in.
    ///
    /// - Parameter skipping: says of an index that its bucket lies in the zero bucket; asked up to the first that does not.
    /// - Complexity: O(buckets of both).
    mutating func add(_ other: BucketSide, sign: Double, tracksLosses: Bool, skipping: (Int64) -> Bool) {
        if spans == other.spans, counts.count == other.counts.count, !other.spans.isEmpty, !skipping(Int64(other.spans[0].offset)) {
            return addPlaceByPlace(other, sign, tracksLosses)
        }
        var result = BucketSide(reserving: counts.count + other.counts.count, tracksLosses: tracksLosses)
        var mine = BucketWalk(spans, counts)
        var theirs = BucketWalk(other.spans, other.counts)
        var left = mine.next()
        var right = theirs.next()
        while let bucket = right, skipping(bucket.index) { right = theirs.next() }
        var last: Int64?
        while left != nil || right != nil {
            let index = min(left?.index ?? .max, right?.index ?? .max)
            if let bucket = left, bucket.index == index {
                result.append(index, after: last, bucket.count, loss: tracksLosses ? loss(bucket.place) : nil)
                if let added = right, added.index == index {
                    result.add(sign * added.count, loss: tracksLosses ? sign * other.loss(added.place) : nil)
                    right = theirs.next()
                }
                left = mine.next()
            } else if let added = right {
                result.append(index, after: last, sign * added.count, loss: tracksLosses ? sign * other.loss(added.place) : nil)
                right = theirs.next()
            }
            last = index
        }
        self = result
    }

    private mutating func addPlaceByPlace(_ other: BucketSide, _ sign: Double, _ tracksLosses: Bool) {
        guard tracksLosses else {
            for place in counts.indices { counts[place] += sign * other.counts[place] }
            return
        }
        if losses.count != counts.count { losses = [Double](repeating: 0, count: counts.count) }
        for place in counts.indices {
            increment(&counts[place], &losses[place], by: sign * other.counts[place])
            if other.tracksLosses { increment(&counts[place], &losses[place], by: sign * other.loss(place)) }
        }
    }

    /// The buckets of a schema that is `shift` coarser.
    ///
    /// - Complexity: O(buckets).
    func reduced(by shift: Int64) -> BucketSide {
        if shift == 0 { return self }
        var result = BucketSide(reserving: counts.count, tracksLosses: tracksLosses)
        var walk = BucketWalk(spans, counts)
        var last: Int64?
        while let bucket = walk.next() {
            let index = NativeHistogram.coarseIndex(bucket.index, shift)
            let lost = tracksLosses ? loss(bucket.place) : nil
            if index == last { result.add(bucket.count, loss: lost) } else { result.append(index, after: last, bucket.count, loss: lost) }
            last = index
        }
        return result
    }

    /// Without buckets that hold nothing, but for gaps of at most so many between two that hold something.
    ///
    /// - Complexity: O(buckets + gaps filled).
    func compacted(maximumEmptyBuckets: Int = 0) -> BucketSide {
        if !needsCompacting(maximumEmptyBuckets) { return self }
        var result = BucketSide(reserving: counts.count, tracksLosses: tracksLosses)
        var walk = BucketWalk(spans, counts)
        var last: Int64?
        while let bucket = walk.next() {
            let lost = tracksLosses ? loss(bucket.place) : nil
            if bucket.count == 0, lost ?? 0 == 0 { continue }
            if let before = last, bucket.index - before - 1 <= Int64(min(maximumEmptyBuckets, Self.maximumFilledGap)) {
                for index in (before + 1)..<max(before + 1, bucket.index) { result.append(index, after: index - 1, 0, loss: lost.map { _ in 0 }) }
                last = bucket.index - 1
            }
            result.append(bucket.index, after: last, bucket.count, loss: lost)
            last = bucket.index
        }
        return result
    }

    /// Empty buckets that may be put between two spans.
    static let maximumFilledGap = 65_536

    private func needsCompacting(_ maximumEmptyBuckets: Int) -> Bool {
        for count in counts where count == 0 { return true }
        for (place, span) in spans.enumerated() where span.length == 0 || (place > 0 && Int(span.offset) <= maximumEmptyBuckets) { return true }
        return false
    }
}

/// Adds to a sum and to what rounding has lost of it (Kahan's summation as Neumaier improved it); an infinite sum has
/// lost nothing.
@inline(__always)
func increment(_ sum: inout Double, _ loss: inout Double, by value: Double) {
    let total = sum + value
    if total.isInfinite {
        loss = 0
    } else if sum.magnitude >= value.magnitude {
        loss += (sum - total) + value
    } else {
        loss += (value - total) + sum
    }
    sum = total
}
