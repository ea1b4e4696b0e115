public import LapwingSeries

/// Texts that tell a person more of an alert, sorted by name: at hand, or made when somebody asks.
///
/// An alert is evaluated far more often than anybody reads of it.
public struct AlertTexts: Sendable {
    /// Makes the texts of one rule's alerts; the same for the same labels and value, whenever it is asked.
    public protocol Maker: AnyObject, Sendable {
        func texts(labels: Labels, value: Double) -> [Label]
    }

    private enum Content: Sendable {
        case made([Label])
        case later(any Maker, Labels, Double)
    }

    private let content: Content

    public init(_ labels: [Label] = []) { content = .made(labels) }

    /// Texts of a result with these labels and this value.
    public init(by maker: any Maker, of labels: Labels, _ value: Double) { content = .later(maker, labels, value) }

    /// - Complexity: where they are not at hand, that of making them.
    public var labels: [Label] {
        switch content {
        case .made(let labels): labels
        case .later(let maker, let labels, let value): maker.texts(labels: labels, value: value)
        }
    }
}

extension AlertTexts: Hashable {
    public static func == (a: Self, b: Self) -> Bool { a.isMade(like: b) || a.labels == b.labels }

    /// Whether two are the same because what they are made of is; told without making them.
    public func isMade(like other: Self) -> Bool {
        switch (content, other.content) {
        case (.made(let labels), .made(let others)): labels == others
        case (.later(let maker, let labels, let value), .later(let otherMaker, let others, let otherValue)):
            maker === otherMaker && value.bitPattern == otherValue.bitPattern && labels == others
        case (.made, .later), (.later, .made): false
        }
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(labels) }
}
