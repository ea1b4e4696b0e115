/// A set of series, while a query looks for them: pages of 64 with a mask each, in ascending order.
struct OrdinalSet: Sendable, Equatable {
    private(set) var pages: [UInt32] = []
    /// Beside the pages; none is zero.
    private(set) var masks: [UInt64] = []

    init() {}

    /// Those of a list that are `first` or later.
    ///
    /// - Complexity: O(pages of the list), O(1) where it does not reach so far.
    init(_ postings: Postings, from first: UInt32 = 0) {
        guard postings.reaches(first) else { return }
        let firstPage = Self.page(of: first)
        postings.forEachPage { page, mask in
            let mask = page == firstPage ? mask & ~(Self.mask(of: first) &- 1) : mask
            if page >= firstPage, mask != 0 { append(page: page, mask) }
        }
    }

    /// - Parameter ordinals: ascending.
    init(_ ordinals: some Sequence<UInt32>) {
        for ordinal in ordinals {
            let page = Self.page(of: ordinal)
            if page == pages.last { masks[masks.count - 1] |= Self.mask(of: ordinal) } else { append(page: page, Self.mask(of: ordinal)) }
        }
    }

    /// What is in any of the lists, from `first` on.
    ///
    /// - Complexity: O(pages of all lists × log lists).
    init(anyOf lists: [Postings], from first: UInt32 = 0) {
        var sets = lists.map { OrdinalSet($0, from: first) }
        while sets.count > 1 {
            sets = stride(from: 0, to: sets.count, by: 2).map { $0 + 1 < sets.count ? sets[$0].union(sets[$0 + 1]) : sets[$0] }
        }
        self = sets.first ?? OrdinalSet()
    }

    static func page(of ordinal: UInt32) -> UInt32 { ordinal >> 6 }

    static func mask(of ordinal: UInt32) -> UInt64 { 1 << UInt64(ordinal & 63) }

    var isEmpty: Bool { pages.isEmpty }

    /// - Complexity: O(pages).
    var count: Int { masks.reduce(0) { $0 + $1.nonzeroBitCount } }

    func intersection(_ other: OrdinalSet) -> OrdinalSet {
        var result = OrdinalSet()
        var index = 0
        for place in pages.indices {
            while index < other.pages.count, other.pages[index] < pages[place] { index += 1 }
            if index == other.pages.count { break }
            if other.pages[index] == pages[place] { result.append(page: pages[place], masks[place] & other.masks[index]) }
        }
        return result
    }

    func subtracting(_ other: OrdinalSet) -> OrdinalSet {
        var result = OrdinalSet()
        var index = 0
        for place in pages.indices {
            while index < other.pages.count, other.pages[index] < pages[place] { index += 1 }
            let isShared = index < other.pages.count && other.pages[index] == pages[place]
            result.append(page: pages[place], isShared ? masks[place] & ~other.masks[index] : masks[place])
        }
        return result
    }

    func union(_ other: OrdinalSet) -> OrdinalSet {
        var result = OrdinalSet()
        result.pages.reserveCapacity(pages.count + other.pages.count)
        result.masks.reserveCapacity(pages.count + other.pages.count)
        var index = 0
        for place in pages.indices {
            while index < other.pages.count, other.pages[index] < pages[place] {
                result.append(page: other.pages[index], other.masks[index])
                index += 1
            }
            var mask = masks[place]
            if index < other.pages.count, other.pages[index] == pages[place] {
                mask |= other.masks[index]
                index += 1
            }
            result.append(page: pages[place], mask)
        }
        for rest in index..<other.pages.count { result.append(page: other.pages[rest], other.masks[rest]) }
        return result
    }

    func filter(_ isWanted: (UInt32) -> Bool) -> OrdinalSet { OrdinalSet(lazy.filter(isWanted)) }

    /// - Precondition: the page is above all that are there.
    private mutating func append(page: UInt32, _ mask: UInt64) {
        if mask == 0 { return }
        pages.append(page)
        masks.append(mask)
    }
}

extension OrdinalSet: Sequence {
    struct Iterator: IteratorProtocol {
        let set: OrdinalSet
        var index = 0
        /// Ordinals of the page that are still to come.
        var rest: UInt64

        mutating func next() -> UInt32? {
            while rest == 0 {
                index += 1
                if index >= set.masks.count { return nil }
                rest = set.masks[index]
            }
            defer { rest &= rest - 1 }
            return set.pages[index] << 6 | UInt32(rest.trailingZeroBitCount)
        }
    }

    /// The ordinals, ascending.
    func makeIterator() -> Iterator { Iterator(set: self, rest: masks.first ?? 0) }

    var underestimatedCount: Int { pages.count }
}
