import Dispatch
import LapwingText
import Synchronization

/// The second half of a long list, read by another thread while the first is read.
///
/// It begins where a line looks like an item of the list. Whether it is one, the reader of the first half finds out by coming to that
/// very line between two items. If it never does, if the second half cannot be read by itself, or if the first has anchors that it may
/// name, what was read ahead is left alone: what comes out is what reading in one go gives, faults included.
final class ListAhead: Sendable {
    struct Rest: Sendable {
        var items: [YAMLNode]
        /// As it is behind the list.
        var parser: YAMLParser
    }

    /// Where it begins.
    let start: Int
    /// How many anchors there were before the list.
    private let anchorCount: Int
    private let state = Mutex(State.waiting)
    private let isDone = DispatchSemaphore(value: 0)

    private enum State {
        case waiting, begun, abandoned
        case done(Rest?)
    }

    /// - Parameters:
    ///   - parser: at the first item of a list, in whose column further ones are looked for.
    init?(of parser: YAMLParser, column: Int, isZeroIndented: Bool) {
        guard let start = Self.middle(of: parser.bytes, from: parser.offset, column: column) else { return nil }
        self.start = start
        anchorCount = parser.anchorCount
        // Another thread's references to the bytes would be counted in the same place as this one's.
        let bytes = parser.bytes.exactCopy()
        DispatchQueue.global().async { [self] in
            guard begins() else { return }
            var ahead = parser
            ahead.bytes = bytes
            ahead.leastAhead = .max
            (ahead.nodeCount, ahead.comments) = (0, [])
            ahead.offset = start - column
            ahead.beginLine()
            ahead.offset = start
            let items = try? ahead.listItems(column: column, isZeroIndented: isZeroIndented, from: start)
            let rest = items.map { Rest(items: $0, parser: ahead) }
            state.withLock { $0 = .done(rest) }
            isDone.signal()
        }
    }

    private func begins() -> Bool {
        state.withLock { state in
            guard case .waiting = state else { return false }
            state = .begun
            return true
        }
    }

    /// Nobody asks for it any more: where no thread had time, it is not begun.
    ///
    /// - Returns: whether it is begun.
    @discardableResult func abandon() -> Bool {
        state.withLock { state in
            guard case .waiting = state else { return true }
            state = .abandoned
            return false
        }
    }

    /// What was read, once it is; nil where that is of no use.
    ///
    /// - Parameter parser: that of the first half, where the second begins.
    func rest(after parser: YAMLParser) -> Rest? {
        guard parser.anchorCount == anchorCount, abandon() else { return nil }
        isDone.wait()
        return state.withLock { if case .done(let rest) = $0 { rest } else { nil } }
    }

    /// The first line from the middle on that has a dash in the column.
    private static func middle(of bytes: [UInt8], from start: Int, column: Int) -> Int? {
        var offset = start + (bytes.count - start) / 2
        while let newline = bytes[offset...].firstIndex(of: Mark.lineFeed) {
            offset = newline + 1
            let dash = offset + column
            if dash + 1 < bytes.count, bytes[dash] == Mark.sequenceEntry, bytes[dash + 1] == Mark.space,
                bytes[offset..<dash].allSatisfy({ $0 == Mark.space })
            {
                return dash
            }
        }
        return nil
    }
}
