import LapwingSeries

/// When which group has something to do: the earliest is known at once.
///
/// A binary heap whose entries are not removed when a group's time changes, but passed over when they come up.
struct GroupAlarms: Sendable {
    private var heap: [(time: Timestamp, labels: Labels)] = []
    private var times: [Labels: Timestamp] = [:]

    /// - Complexity: O(1).
    var next: Timestamp? { heap.first?.time }

    /// - Complexity: O(log groups), spread over the calls.
    mutating func set(_ time: Timestamp?, for labels: Labels) {
        if times[labels] == time { return }
        times[labels] = time
        if let time { push((time, labels)) }
        dropPassed()
    }

    /// The groups whose time has come, in the order of their labels; they have none any more.
    mutating func takeDue(at now: Timestamp) -> [Labels] {
        var due: [Labels] = []
        while let first = heap.first, first.time <= now {
            times[first.labels] = nil
            due.append(first.labels)
            pop()
            dropPassed()
        }
        return due.sorted()
    }

    private mutating func dropPassed() {
        while let first = heap.first, times[first.labels] != first.time { pop() }
    }

    private mutating func push(_ entry: (time: Timestamp, labels: Labels)) {
        heap.append(entry)
        var place = heap.count - 1
        while place > 0, heap[place].time < heap[(place - 1) / 2].time {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func pop() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count && heap[child].time < heap[least].time { least = child }
            if least == place { return }
            heap.swapAt(place, least)
            place = least
        }
    }
}

/// Groups in the order in which they became ready to send.
struct ReadyGroups: Sendable {
    private var order: [Labels] = []
    private var members: Set<Labels> = []

    var isEmpty: Bool { order.isEmpty }

    func contains(_ labels: Labels) -> Bool { members.contains(labels) }

    mutating func append(_ labels: Labels) {
        if members.insert(labels).inserted { order.append(labels) }
    }

    mutating func takeFirst() -> Labels? {
        if order.isEmpty { return nil }
        let first = order.removeFirst()
        members.remove(first)
        return first
    }
}
