import Synchronization

/// 64 series with consecutive ordinals, one lock, and one table for the values of their open samples.
///
/// The series of one scrape are mostly consecutive, so that a batch or a query that goes over thousands of series walks
/// through memory in its order and takes few locks. The lock is held for some appends, or for a read of open samples and a
/// few chunks; longer reads happen outside it.
final class SeriesPage: Sendable {
    static let capacity = 64

    private let state: Mutex<PageState>
    /// The span of all times that were ever stored here, for leaving pages out without locking them.
    private let oldest = Atomic<Int64>(.max)
    private let newest = Atomic<Int64>(.min)

    /// - Parameter number: its place among the pages.
    init(number: Int) { state = Mutex(PageState(number: number)) }

    /// The page and place in it that an ordinal stands for.
    static func page(of ordinal: UInt32) -> Int { Int(ordinal) / capacity }
    static func place(of ordinal: UInt32) -> Int { Int(ordinal) % capacity }

    /// Notes the span of what the writer has stored.
    func note(_ times: ClosedRange<Int64>) {
        if times.lowerBound < oldest.load(ordering: .relaxed) { oldest.store(times.lowerBound, ordering: .relaxed) }
        if times.upperBound > newest.load(ordering: .relaxed) { newest.store(times.upperBound, ordering: .relaxed) }
    }

    /// Whether any of the series may have samples in a range.
    func mayHaveSamples(in range: ClosedRange<Int64>) -> Bool {
        newest.load(ordering: .relaxed) >= range.lowerBound && oldest.load(ordering: .relaxed) <= range.upperBound
    }

    func withLock<R, E: Error>(_ body: (inout PageState) throws(E) -> sending R) throws(E) -> sending R { try state.withLock(body) }
}
