/// A set of label names to group or match by, sorted as labels are, so that one pass over both settles it.
public struct LabelNames: Sendable, Hashable, ExpressibleByArrayLiteral {
    public let names: [String]
    let sorted: [[UInt8]]

    /// - Parameter names: in the order in which a person wrote them, which `names` keeps.
    public init(_ names: some Sequence<String>) {
        self.names = Array(names)
        sorted = Set(self.names.map { Array($0.utf8) }).sorted { $0.lexicographicallyPrecedes($1) }
    }

    public init(arrayLiteral elements: String...) { self.init(elements) }

    public var isEmpty: Bool { names.isEmpty }
}

extension Labels {
    /// Only the labels named: what `by` and `on` look at.
    /// - Complexity: O(bytes).
    public func keeping(_ names: LabelNames) -> Labels { filtered(by: names, keepingNamed: true) }

    /// All labels but those named: what `without` and `ignoring` look at.
    public func dropping(_ names: LabelNames) -> Labels { filtered(by: names, keepingNamed: false) }

    /// All labels but one.
    public func dropping(_ name: String) -> Labels { self[name] == nil ? self : dropping([name]) }

    /// The labels without the metric's name.
    public var withoutMetricName: Labels { dropping(LabelName.metric) }

    private func filtered(by names: LabelNames, keepingNamed: Bool) -> Labels {
        var result: [UInt8] = []
        result.reserveCapacity(encoded.count)
        appendEncoded(names, keepingNamed: keepingNamed, to: &result)
        return result.count == encoded.count ? self : Labels(encoded: result)
    }

    /// Appends the encoded labels that are named, or those that are not; makes nothing else.
    func appendEncoded(_ names: LabelNames, keepingNamed: Bool, to result: inout [UInt8]) {
        let span = encoded.span
        var iterator = LabelCoding.PairIterator()
        var start = 0
        var next = 0
        while let pair = iterator.next(in: span) {
            var order = 1
            while next < names.sorted.count {
                let name = names.sorted[next]
                order = LabelCoding.compare(name.span, span.extracting(pair.name))
                if order >= 0 { break }
                next += 1
            }
            let isNamed = next < names.sorted.count && order == 0
            if isNamed == keepingNamed { result.append(contentsOf: encoded[start..<pair.value.upperBound]) }
            start = pair.value.upperBound
        }
    }
}
