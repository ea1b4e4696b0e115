/// A Go map with string keys, kept in the order of the keys' bytes, which is the order in which it is ranged.
public struct TemplateMap: Sendable {
    /// What the map's values are, which decides what a missing key gives.
    public enum Element: Sendable, Hashable {
        /// `map[string]string`: a missing key is the empty string under `missingkey=zero`.
        case string
        /// `map[string]interface {}`: a missing key is no value.
        case any
    }

    public struct Entry: Sendable {
        public var key: String
        public var value: TemplateValue
    }

    public let entries: [Entry]
    public let element: Element
    let depth: Int

    /// The map of these pairs; of two with the same key the last holds.
    public init(_ pairs: some Sequence<(String, TemplateValue)>, element: Element = .any) {
        var entries: [Entry] = []
        for (key, value) in pairs {
            let index = Self.position(of: key, in: entries)
            if index < entries.count, entries[index].key == key {
                entries[index].value = value
            } else {
                entries.insert(Entry(key: key, value: value), at: index)
            }
        }
        self.init(sorted: entries, element: element)
    }

    /// - Precondition: the entries are in the order of their keys' bytes, each key once.
    public init(sorted entries: [Entry], element: Element) {
        self.entries = entries
        self.element = element
        depth = element == .string ? 1 : 1 + entries.reduce(0) { max($0, $1.value.depth) }
    }

    /// Whether few enough maps stand inside one another that printing and freeing them needs little stack; a function
    /// that makes maps of its arguments refuses those that are not.
    public var isShallow: Bool { depth <= TemplateLimits.valueNesting }

    /// - Complexity: O(log entries).
    public subscript(key: String) -> TemplateValue? {
        let index = Self.position(of: key, in: entries)
        return index < entries.count && entries[index].key == key ? entries[index].value : nil
    }

    var typeName: String { element == .string ? "map[string]string" : "map[string]interface {}" }

    /// The zero of the values' type.
    var zero: TemplateValue { element == .string ? .string("") : .none }

    private static func position(of key: String, in entries: [Entry]) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].key.utf8.lexicographicallyPrecedes(key.utf8) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension TemplateMap.Entry {
    public init(_ key: String, _ value: TemplateValue) { self.init(key: key, value: value) }
}
