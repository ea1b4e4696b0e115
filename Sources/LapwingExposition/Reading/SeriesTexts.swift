/// The series texts seen on the pages of one target, each with a number, and which of them followed which.
///
/// Pages come in the same order each time. So the text that followed the last one on the page before is compared with
/// the bytes that are next, and nearly every line finds its series by one comparison of bytes, without a look at its
/// labels and without hashing. A line that breaks the order is looked up by hash and linked in anew: a series that
/// comes or goes costs one miss, and the rest of the page is in order again.
public struct SeriesTexts: Sendable {
    /// The texts one after another; number i is at `starts[i] ..< starts[i + 1]`.
    private(set) var bytes: [UInt8] = []
    private var starts: [Int32] = [0]
    private var hashes: [UInt32] = []
    /// For each text the one that last followed it, and at the end the one that comes first; -1 when none did.
    private var successors: [Int32] = []
    private var first: Int32 = -1
    /// An open-addressing table of numbers, -1 where free; its size is a power of two, at most half full.
    private var slots: [Int32] = []

    /// Bytes of all texts together.
    public static let byteLimit = 1 << 30

    public init() {}

    public var count: Int { hashes.count }

    /// Of all texts together.
    public var byteCount: Int { bytes.count }

    /// The text with this number.
    public subscript(number: Int32) -> ArraySlice<UInt8> { bytes[range(of: number)] }

    func range(of number: Int32) -> Range<Int> { Int(starts[Int(number)])..<Int(starts[Int(number) + 1]) }

    /// The text that followed `number` on the last page, or the first of a page for -1; -1 when there is none.
    func successor(of number: Int32) -> Int32 { number < 0 ? first : successors[Int(number)] }

    mutating func link(_ number: Int32, after previous: Int32) {
        if previous < 0 { first = number } else { successors[Int(previous)] = number }
    }

    /// Whether the text `number` stands in `page` at `offset`.
    func stands(_ number: Int32, at offset: Int, in page: Span<UInt8>) -> Bool {
        bytesAreEqual(bytes.span, range(of: number), page, offset)
    }

    /// The number of a text, which gets one when it is new; -1 when it would pass the limit.
    ///
    /// - Complexity: O(length), amortised.
    mutating func number(of text: Range<Int>, in page: Span<UInt8>) -> Int32 {
        if slots.isEmpty { slots = Array(repeating: -1, count: 64) }
        let hash = hashOfBytes(page, text)
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let candidate = slots[slot]
            if hashes[Int(candidate)] == hash, range(of: candidate).count == text.count,
                stands(candidate, at: text.lowerBound, in: page)
            {
                return candidate
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        guard bytes.count + text.count <= Self.byteLimit else { return -1 }
        let number = Int32(count)
        for index in text { bytes.append(page[index]) }
        starts.append(Int32(bytes.count))
        hashes.append(hash)
        successors.append(-1)
        slots[slot] = number
        if count * 2 > slots.count { growSlots() }
        return number
    }

    private mutating func growSlots() {
        slots = Array(repeating: -1, count: slots.count * 2)
        for (number, hash) in hashes.enumerated() {
            var slot = Int(hash) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(number)
        }
    }

    /// Forgets the texts that are not to be kept and numbers the others anew, in their order.
    ///
    /// - Returns: for each old number the new one, or -1.
    /// - Complexity: O(bytes).
    public mutating func keep(_ isKept: [Bool]) -> [Int32] {
        var old = self
        swap(&self, &old)
        self = SeriesTexts()
        var renumbered = [Int32](repeating: -1, count: old.count)
        let span = old.bytes.span
        for number in 0..<old.count where number < isKept.count && isKept[number] {
            renumbered[number] = self.number(of: old.range(of: Int32(number)), in: span)
        }
        for number in 0..<old.count where renumbered[number] >= 0 {
            let successor = old.successors[number]
            if successor >= 0 { successors[Int(renumbered[number])] = renumbered[Int(successor)] }
        }
        if old.first >= 0 { first = renumbered[Int(old.first)] }
        return renumbered
    }
}
