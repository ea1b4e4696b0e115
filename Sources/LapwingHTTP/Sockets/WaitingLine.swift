/// Those that wait, in the order in which they came.
public struct WaitingLine<Element> {
    /// Nil where one has gone that came before others that wait.
    private var places: [Element?] = []
    private var first = 0
    /// Places of those that have gone are kept for so many, and for as many as still wait: to close up moves all of these.
    private static var patience: Int { 64 }

    public init() {}

    /// Places, with those that are kept though nobody is there.
    var placeCount: Int { places.count }

    public mutating func append(_ element: Element) { places.append(element) }

    /// - Complexity: O(1) on the average, also where the line never gets empty.
    public mutating func takeFirst() -> Element? {
        guard first < places.count else { return nil }
        let element = places[first].take()
        first += 1
        if first == places.count || first >= Self.patience && first >= places.count - first {
            places.removeFirst(first)
            first = 0
        }
        return element
    }
}

extension WaitingLine: Sendable where Element: Sendable {}
