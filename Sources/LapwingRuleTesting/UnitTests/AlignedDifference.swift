import LapwingText

/// Expected and found things side by side: what they share once, what differs in columns.
struct AlignedDifference {
    /// One alert, sample or message: its fields by name, as shown.
    struct Item: Equatable {
        /// What it is called where it is shown whole.
        var text: String
        var fields: [(name: String, value: String)]

        static func == (a: Self, b: Self) -> Bool { a.text == b.text }

        subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

        /// The fields that another has too, with the same value.
        func shared(with other: Item) -> [(name: String, value: String)] {
            fields.filter { other[$0.name] == $0.value }
        }

        /// At least half of the fields have to be the same for two to be taken for one that has changed.
        func resembles(_ other: Item) -> Bool { shared(with: other).count * 2 >= max(fields.count, other.fields.count) }
    }

    /// The columns of a value up to which both stand in one line.
    private static let columnWidth = 48

    private var lines: [String] = []

    /// Begins with a line break, as it follows a headline.
    var text: String { lines.map { "\n" + $0 }.joined() }

    init(expected: [Item], got: [Item]) {
        var rest = got
        var missing: [Item] = []
        for item in expected {
            guard let index = rest.firstIndex(of: item) else {
                missing.append(item)
                continue
            }
            rest.remove(at: index)
            lines.append("  as expected    \(item.text)")
        }
        var alone: [Item] = []
        for item in missing {
            let likest = rest.indices.filter { rest[$0].resembles(item) }
                .max { (item.shared(with: rest[$0]).count, -$0) < (item.shared(with: rest[$1]).count, -$1) }
            if let likest {
                showPair(item, rest.remove(at: likest))
            } else {
                alone.append(item)
            }
        }
        for item in alone { lines.append("  only expected  \(item.text)") }
        for item in rest { lines.append("  only got       \(item.text)") }
        if expected.isEmpty { lines.insert("  expected nothing", at: 0) }
        if got.isEmpty { lines.append("  got nothing") }
    }

    /// A table of the fields that differ.
    private mutating func showPair(_ expected: Item, _ got: Item) {
        let shared = expected.shared(with: got)
        lines.append("  differs        {\(shared.map { "\($0.name)=\($0.value)" }.joined(separator: ", "))}")
        var names = expected.fields.map(\.name)
        names += got.fields.map(\.name).filter { !names.contains($0) }
        let rows = names.compactMap { name -> (name: String, expected: String, got: String)? in
            let (wanted, found) = (expected[name] ?? "none", got[name] ?? "none")
            return wanted == found ? nil : (name, wanted, found)
        }
        let nameWidth = rows.map(\.name.displayWidth).max() ?? 0
        let width = max(8, rows.map(\.expected.displayWidth).max() ?? 0)
        let isStacked = width > Self.columnWidth
        if !isStacked { lines.append("    \("".padded(to: nameWidth))  \("expected".padded(to: width))  got") }
        for row in rows {
            let name = row.name.padded(to: nameWidth)
            if isStacked {
                lines.append("    \(name)  expected  \(row.expected)")
                lines.append("    \("".padded(to: nameWidth))  got       \(row.got)")
            } else {
                lines.append("    \(name)  \(row.expected.padded(to: width))  \(row.got)")
            }
        }
    }
}
