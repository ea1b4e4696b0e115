/// The values that one label has, and which series have them.
///
/// A value whose series have gone keeps its place until half of the values have none: then all are numbered anew, and
/// their memory is given back.
struct LabelValues: Sendable {
    private var symbols = SymbolTable()
    /// By the values' numbers.
    private var postings: [Postings] = []
    /// Values that a series has.
    private(set) var count = 0

    mutating func insert(_ ordinal: UInt32, _ value: Span<UInt8>) {
        let number = insert(value)
        if postings[number].isEmpty { count += 1 }
        postings[number].append(ordinal)
    }

    private mutating func insert(_ value: Span<UInt8>) -> Int {
        let number = symbols.insert(value)
        if number == postings.count { postings.append(Postings()) }
        return number
    }

    /// The series that have the label with this value.
    func series(_ value: Span<UInt8>) -> Postings { symbols.number(of: value).map { postings[$0] } ?? Postings() }

    func series(_ value: String) -> Postings { series(value.utf8.span) }

    /// Hands out each value that a series has, in the order in which they came.
    func forEach(_ body: (_ value: Span<UInt8>, _ series: Postings) -> Void) {
        for number in postings.indices where !postings[number].isEmpty { symbols.withBytes(of: number) { body($0, postings[number]) } }
    }

    /// Takes series away from the values that they have.
    mutating func remove(_ series: OrdinalSet, from values: Set<Symbol>) {
        for value in values {
            guard let number = symbols.number(of: value.bytes.span), !postings[number].isEmpty else { continue }
            postings[number] = Postings(OrdinalSet(postings[number]).subtracting(series))
            if postings[number].isEmpty { count -= 1 }
        }
        if count * 2 < postings.count { forgetUnused() }
    }

    private mutating func forgetUnused() {
        let old = self
        self = LabelValues()
        old.forEach { value, series in
            postings[insert(value)] = series
            count += 1
        }
    }
}
