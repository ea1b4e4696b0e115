/// The series that have one label: ascending ordinals, a page of 64 at a time, as they lie in the store.
///
/// The newest page is a mask that is still open. Those before it are bytes, one entry a page:
/// ```
/// ┌─────────────────────────────┬─────────────────────────────────────────────────────┐
/// │ pages since the entry before│ all: nothing                                        │
/// │ × 4 + form, as a varint     │ one: its place, 1 byte   few: how many, their places │
/// │                             │ mask: 8 bytes, lowest first                          │
/// └─────────────────────────────┴─────────────────────────────────────────────────────┘
/// ```
/// Series of one scrape are made one after another, so that a label which all of them have costs a byte for 64, and one
/// that each twelfth has two bytes a series.
struct Postings: Sendable {
    private enum Form: UInt64 {
        case all, one, few, mask
    }

    /// With one place more a mask is shorter.
    private static let fewMaximum = 6

    private(set) var count: UInt32 = 0
    private var openPage: UInt32 = 0
    private var openMask: UInt64 = 0
    /// The page of the last entry.
    private var lastPage: UInt32 = 0
    private var entries: [UInt8] = []

    init() {}

    init(_ set: OrdinalSet) {
        for index in set.pages.indices { append(page: set.pages[index], set.masks[index]) }
    }

    var isEmpty: Bool { count == 0 }

    /// Whether a page of the list has room for an ordinal or a later one.
    func reaches(_ ordinal: UInt32) -> Bool { count > 0 && openPage >= OrdinalSet.page(of: ordinal) }

    /// Bytes beyond the fixed ones.
    var byteCount: Int { entries.count }

    /// - Precondition: the ordinal is above all that are there.
    mutating func append(_ ordinal: UInt32) {
        append(page: OrdinalSet.page(of: ordinal), OrdinalSet.mask(of: ordinal))
    }

    private mutating func append(page: UInt32, _ mask: UInt64) {
        if page != openPage {
            if openMask != 0 { closePage() }
            openPage = page
        }
        openMask |= mask
        count += UInt32(mask.nonzeroBitCount)
    }

    private mutating func closePage() {
        let places = openMask.nonzeroBitCount
        let form: Form = places == 64 ? .all : places == 1 ? .one : places <= Self.fewMaximum ? .few : .mask
        var head = UInt64(openPage - lastPage) << 2 | form.rawValue
        while head >= 0x80 {
            entries.append(UInt8(truncatingIfNeeded: head) | 0x80)
            head >>= 7
        }
        entries.append(UInt8(truncatingIfNeeded: head))
        if form == .few { entries.append(UInt8(places)) }
        if form == .one || form == .few {
            var rest = openMask
            while rest != 0 {
                entries.append(UInt8(rest.trailingZeroBitCount))
                rest &= rest - 1
            }
        }
        if form == .mask { for byte in 0..<8 { entries.append(UInt8(truncatingIfNeeded: openMask >> (8 * UInt64(byte)))) } }
        lastPage = openPage
        openMask = 0
    }

    /// Hands out each page with its mask, in ascending order.
    func forEachPage(_ body: (_ page: UInt32, _ mask: UInt64) -> Void) {
        var page: UInt32 = 0
        var offset = 0
        while offset < entries.count {
            var head: UInt64 = 0
            var shift: UInt64 = 0
            while entries[offset] >= 0x80 {
                head |= UInt64(entries[offset] & 0x7F) << shift
                shift += 7
                offset += 1
            }
            head |= UInt64(entries[offset]) << shift
            offset += 1
            page += UInt32(head >> 2)
            body(page, mask(Form(rawValue: head & 3) ?? .all, &offset))
        }
        if openMask != 0 { body(openPage, openMask) }
    }

    private func mask(_ form: Form, _ offset: inout Int) -> UInt64 {
        var mask: UInt64 = 0
        switch form {
        case .all: mask = .max
        case .one:
            mask = 1 << UInt64(entries[offset])
            offset += 1
        case .few:
            for place in entries[(offset + 1)...].prefix(Int(entries[offset])) { mask |= 1 << UInt64(place) }
            offset += 1 + mask.nonzeroBitCount
        case .mask:
            for byte in 0..<8 { mask |= UInt64(entries[offset + byte]) << (8 * UInt64(byte)) }
            offset += 8
        }
        return mask
    }
}
