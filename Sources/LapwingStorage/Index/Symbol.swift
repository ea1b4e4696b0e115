/// A label's name or value as a key: bytes, so that texts which only look alike are kept apart.
struct Symbol: Sendable, Hashable, Comparable {
    let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    init(_ span: Span<UInt8>) {
        bytes = span.withUnsafeBufferPointer { Array($0) }
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }

    static func < (a: Symbol, b: Symbol) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
}
