/// Keys and values in the order in which they are written, no key twice.
public struct YAMLMapping: Sendable {
    public struct Entry: Sendable {
        public var key: YAMLNode
        public var value: YAMLNode
        /// Whether it came through a merge key (`<<`) from another mapping.
        public var isMerged = false
    }

    /// The entries written here without the merge keys, then those that came through merge keys.
    public var entries: [Entry]
    /// The merge keys themselves, as written.
    public var merges: [Entry] = []

    init(entries: [Entry]) { self.entries = entries }

    public var count: Int { entries.count }
    public var isEmpty: Bool { entries.isEmpty }

    /// The value of a key that is a string (or a plain scalar that reads so).
    ///
    /// - Complexity: O(entries): to read a mapping whole, go through `entries` once.
    public subscript(key: String) -> YAMLNode? { entry(key)?.value }

    /// The entry of a key, for messages that point at the key.
    ///
    /// - Complexity: O(entries).
    public func entry(_ key: String) -> Entry? {
        for entry in entries {
            if case .scalar(let scalar) = entry.key.content, scalar.text == key { return entry }
        }
        return nil
    }
}
