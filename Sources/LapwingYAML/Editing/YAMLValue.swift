/// What a node is to hold, however it is written.
public indirect enum YAMLValue: Sendable {
    /// Text; written so that it is read back as text.
    case text(String)
    /// A number or another word that is written without quotes where it can be.
    case plain(String)
    case list([YAMLValue])
    case mapping([(key: String, value: YAMLValue)])

    /// In lines, as a document of its own.
    public var document: String { ValueWriter.lines(self).map { $0 + "\n" }.joined() }

    /// Whether a node holds this already.
    ///
    /// - Complexity: O(nodes × entries of the widest mapping).
    func isHeld(by node: YAMLNode) -> Bool {
        switch (self, node.content) {
        case (.text(let text), .scalar(let scalar)):
            scalar.text.utf8.elementsEqual(text.utf8) && (!scalar.isNull || text.isEmpty)
        case (.plain(let text), .scalar(let scalar)): scalar.text == text
        case (.list(let values), .sequence(let items)):
            values.count == items.count && zip(values, items).allSatisfy { $0.isHeld(by: $1) }
        case (.mapping(let entries), .mapping(let mapping)):
            entries.count == mapping.count
                && entries.allSatisfy { entry in mapping[entry.key].map(entry.value.isHeld) ?? false }
        default: false
        }
    }

    /// How many scalars of this a node holds, by which the node is found that needs the fewest changes.
    func likeness(to node: YAMLNode) -> Int {
        switch (self, node.content) {
        case (.list(let values), .sequence(let items)): zip(values, items).reduce(0) { $0 + $1.0.likeness(to: $1.1) }
        case (.mapping(let entries), .mapping(let mapping)):
            entries.reduce(0) { sum, entry in sum + (mapping[entry.key].map(entry.value.likeness) ?? 0) }
        default: isHeld(by: node) ? 1 : 0
        }
    }

    var isEmptyCollection: Bool {
        switch self {
        case .list(let values): values.isEmpty
        case .mapping(let entries): entries.isEmpty
        case .text, .plain: false
        }
    }
}
