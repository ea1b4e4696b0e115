import Dispatch
import Synchronization

extension Array where Element: Sendable {
    /// What `body` makes of each element, worked out side by side, in the order of the elements.
    public func concurrentMap<Result: Sendable>(_ body: @escaping @Sendable (Element) -> Result) -> [Result] {
        let elements = self
        let results = Mutex([Result?](repeating: nil, count: count))
        DispatchQueue.concurrentPerform(iterations: count) { index in
            let result = body(elements[index])
            results.withLock { $0[index] = result }
        }
        return results.withLock { $0.compactMap { $0 } }
    }
}
