import LapwingSeries

/// The greatest or the least of some elements, as many as are wanted.
///
/// A binary heap with the one on top that gives way first. Which of equal values stay follows from
/// how a heap moves them: it is Go's, so that rule tests choose the elements that Prometheus chooses. NaN are listed as they lie in it;
/// Go's sorting turns them about.
/// - Complexity: O(elements × log count). Source: Go's `container/heap`; Prometheus 3.14 `promql/engine.go`, `aggregationK`.
struct RankedElements {
    private typealias Element = (row: Int, value: Double)

    private let count: Int
    private let isTop: Bool
    private var heap: [Element] = []

    init(count: Int, isTop: Bool) {
        self.count = count
        self.isTop = isTop
    }

    /// Whether the first gives way before the second; NaN before all.
    private func givesWay(_ first: Element, before second: Element) -> Bool {
        first.value.isNaN || (isTop ? first.value < second.value : first.value > second.value)
    }

    mutating func add(_ row: Int, _ value: Double) {
        if heap.count < count {
            heap.append((row, value))
            moveUp(from: heap.count - 1)
        } else if let first = heap.first, !value.isNaN, givesWay(first, before: (row, value)) {
            heap[0] = (row, value)
            moveDown()
        }
    }

    private mutating func moveUp(from place: Int) {
        var place = place
        while place > 0 {
            let parent = (place - 1) / 2
            guard givesWay(heap[place], before: heap[parent]) else { return }
            heap.swapAt(place, parent)
            place = parent
        }
    }

    private mutating func moveDown() {
        var place = 0
        while 2 * place + 1 < heap.count {
            let (left, right) = (2 * place + 1, 2 * place + 2)
            let child = right < heap.count && givesWay(heap[right], before: heap[left]) ? right : left
            guard givesWay(heap[child], before: heap[place]) else { return }
            heap.swapAt(place, child)
            place = child
        }
    }

    /// The rows that were chosen, best first.
    var rows: [Int] {
        heap.enumerated().sorted { a, b in
            if a.element.value.isNaN || b.element.value.isNaN {
                return !a.element.value.isNaN || b.element.value.isNaN && a.offset < b.offset
            }
            return a.element.value == b.element.value ? a.offset < b.offset : givesWay(b.element, before: a.element)
        }.map(\.element.row)
    }
}
