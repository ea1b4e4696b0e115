import LapwingText

/// The labels of one series: sorted by name, each name once, no value empty.
///
/// Opaque: kept as one run of bytes (length, name, length, value, …), hashed once when made, compared as bytes. A
/// label with an empty value is no label, as everywhere in Prometheus.
/// - Complexity: equality and hashing O(1) for unlike sets, O(bytes) for like ones; look-up O(labels).
public struct Labels: Sendable {
    /// Pairs in the order of their names' bytes; see `LabelCoding`.
    let encoded: [UInt8]
    let hash: UInt64

    /// The set that holds no label.
    public static let empty = Labels(encoded: [])

    init(encoded: [UInt8]) {
        self.encoded = encoded.count + Self.idleBytes < encoded.capacity ? encoded.exactCopy() : encoded
        hash = LabelCoding.hash(encoded.span)
    }

    /// Room to grow that is not worth a copy: labels live long, and there are millions of them.
    private static let idleBytes = 32

    /// The labels of a sequence in any order; the last of two with the same name holds, empty values are left out.
    ///
    /// - Complexity: O(bytes) where they are in order, as on most pages; else O(labels × log labels) comparisons more.
    public init(_ labels: some Sequence<Label>) { self.init(ordering: Array(labels)) }

    private init(ordering labels: [Label]) {
        var isOrdered = true
        for index in labels.indices.dropFirst() where isOrdered {
            isOrdered = LabelCoding.precedes(labels[index - 1].name, labels[index].name)
        }
        let ordered = isOrdered ? labels : Self.ordered(labels)
        var encoded: [UInt8] = []
        for label in ordered where !label.value.isEmpty { LabelCoding.append(label.name, label.value, to: &encoded) }
        self.init(encoded: encoded)
    }

    /// In the order of names, the last of each name alone.
    private static func ordered(_ labels: [Label]) -> [Label] {
        let order = labels.indices.sorted { a, b in
            LabelCoding.equal(labels[a].name, labels[b].name)
                ? a < b : LabelCoding.precedes(labels[a].name, labels[b].name)
        }
        return order.enumerated().compactMap { place, index in
            let isRepeated =
                place + 1 < order.count && LabelCoding.equal(labels[order[place + 1]].name, labels[index].name)
            return isRepeated ? nil : labels[index]
        }
    }

    /// The labels whose names and values are these, in order: for tests and for labels written in code.
    public init(metric: String = "", _ pairs: KeyValuePairs<String, String> = [:]) {
        self.init([Label(name: LabelName.metric, value: metric)] + pairs.map { Label(name: $0.key, value: $0.value) })
    }

    public var isEmpty: Bool { encoded.isEmpty }

    /// - Complexity: O(labels).
    public var count: Int {
        var iterator = LabelCoding.PairIterator()
        var count = 0
        while iterator.next(in: encoded.span) != nil { count += 1 }
        return count
    }

    /// The value of a label, or nil when the series has none by that name.
    public subscript(name: String) -> String? {
        LabelCoding.value(of: name.utf8.span, in: encoded.span).map { String(decoding: encoded[$0], as: UTF8.self) }
    }

    /// The metric's name; empty when there is none.
    public var metricName: String { self[LabelName.metric] ?? "" }

    /// Bytes that the set takes, without its owner's header.
    public var byteCount: Int { encoded.count }

    /// Hands the bytes of a label's value to `body`, an empty span when there is no such label; makes no string.
    public func withValue<R>(of name: LabelKey, _ body: (Span<UInt8>) -> R) -> R {
        let span = encoded.span
        return body(span.extracting(LabelCoding.value(of: name.bytes.span, in: span) ?? 0..<0))
    }
}

/// A label's name with its bytes laid open, made once and looked up many times.
public struct LabelKey: Sendable, Hashable {
    public let name: String
    let bytes: [UInt8]

    public init(_ name: String) {
        self.name = name
        bytes = Array(name.utf8)
    }
}

extension Labels: Hashable {
    public static func == (a: Labels, b: Labels) -> Bool { a.hash == b.hash && a.encoded == b.encoded }

    public func hash(into hasher: inout Hasher) { hasher.combine(hash) }

    /// A hash that is the same in every process; not for defence against chosen collisions.
    public var stableHash: UInt64 { hash }
}

extension Labels: Comparable {
    /// Pair by pair: the lesser name first, then the lesser value, then the set with fewer labels.
    public static func < (a: Labels, b: Labels) -> Bool { LabelCoding.precedes(a.encoded.span, b.encoded.span) }
}

extension Labels: Sequence {
    public struct Iterator: IteratorProtocol {
        let encoded: [UInt8]
        var position = LabelCoding.PairIterator()

        public mutating func next() -> Label? {
            let encoded = encoded
            guard let pair = position.next(in: encoded.span) else { return nil }
            return Label(
                name: String(decoding: encoded[pair.name], as: UTF8.self),
                value: String(decoding: encoded[pair.value], as: UTF8.self))
        }
    }

    /// The labels in the order of their names' bytes.
    public func makeIterator() -> Iterator { Iterator(encoded: encoded) }

    public var underestimatedCount: Int { 0 }
}
