/// Numbers of things that are kept elsewhere, found by the hash of the thing: eight bytes a slot, and no copy of a key.
public struct HashedNumbers: Sendable {
    /// Upper half: the upper half of a hash. Lower half: the number and one; zero in a free slot.
    private var slots: [UInt64]
    public private(set) var count = 0

    /// - Parameter capacity: how many numbers will come, as far as that is known.
    public init(capacity: Int = 0) {
        var size = 8
        while size * 3 < capacity * 4 { size *= 2 }
        slots = Array(repeating: 0, count: size)
    }

    /// A hash that is the same in every process; not for defence against chosen collisions.
    public static func hash(_ bytes: Span<UInt8>) -> UInt64 { LabelCoding.hash(bytes) }

    /// The number that was inserted with this hash and of which `isSame` says that it is the thing looked for.
    ///
    /// - Complexity: O(1), if the hashes are good.
    public func find(_ hash: UInt64, where isSame: (Int) -> Bool) -> Int? {
        let fragment = hash >> 32
        var place = Int(fragment) & (slots.count - 1)
        while slots[place] != 0 {
            if slots[place] >> 32 == fragment {
                let number = Int(slots[place] & 0xFFFF_FFFF) - 1
                if isSame(number) { return number }
            }
            place = (place + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Keeps a number, from 0 up to 2³² − 2.
    public mutating func insert(_ hash: UInt64, _ number: Int) {
        if (count + 1) * 4 > slots.count * 3 {
            let old = slots
            slots = Array(repeating: 0, count: old.count * 2)
            for slot in old where slot != 0 { put(slot) }
        }
        count += 1
        put((hash & ~0xFFFF_FFFF) | UInt64(UInt32(truncatingIfNeeded: number + 1)))
    }

    private mutating func put(_ slot: UInt64) {
        var place = Int(slot >> 32) & (slots.count - 1)
        while slots[place] != 0 { place = (place + 1) & (slots.count - 1) }
        slots[place] = slot
    }
}
