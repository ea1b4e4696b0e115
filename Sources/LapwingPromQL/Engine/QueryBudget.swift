import Synchronization

/// What one execution may take, shared by the threads that work on it.
final class QueryBudget: Sendable {
    /// What a histogram takes beside its cell, in samples of eight bytes.
    static let samplesOfHistogram = 48

    let maximumSamples: Int
    private let context: QueryContext
    private let held = Atomic<Int>(0)
    private let memory = Atomic<Int>(0)
    private let peak = Atomic<Int>(0)
    private let madeLabelBytes = Atomic<Int>(0)

    init(maximumSamples: Int, _ context: QueryContext) {
        self.maximumSamples = maximumSamples
        self.context = context
    }

    /// The most samples that were held at once.
    var peakSamples: Int { peak.load(ordering: .relaxed) }

    /// Counts samples that the query holds from here on.
    ///
    /// - Parameter memory: what they take, in samples of eight bytes, where it is not what they count for.
    func hold(_ count: Int, taking memory: Int? = nil) throws(QueryError) {
        guard count <= maximumSamples else { throw .tooManySamples(limit: maximumSamples) }
        let now = held.add(count, ordering: .relaxed).newValue
        peak.max(now, ordering: .relaxed)
        if now > maximumSamples { throw .tooManySamples(limit: maximumSamples) }
        let taken = self.memory.add(memory ?? count, ordering: .relaxed).newValue
        if let isTooMuch = context.isTooMuch, isTooMuch(taken) { throw .cancelled }
    }

    func release(_ count: Int, taking memory: Int? = nil) {
        held.subtract(count, ordering: .relaxed)
        self.memory.subtract(memory ?? count, ordering: .relaxed)
    }

    /// How many bytes the next label value may have.
    var labelBytesLeft: Int {
        max(0, min(QueryLimits.labelValueBytes, QueryLimits.madeLabelBytes - madeLabelBytes.load(ordering: .relaxed)))
    }

    /// Counts the bytes of a label value that a function made.
    func made(labelBytes count: Int) throws(QueryError) {
        guard count <= labelBytesLeft else { throw .tooManyLabelBytes }
        madeLabelBytes.add(count, ordering: .relaxed)
    }

    /// Ends the query when its time is over or nobody waits for it any more.
    func check() throws(QueryError) {
        if let isCancelled = context.isCancelled, isCancelled() { throw .cancelled }
        if let deadline = context.deadline, ContinuousClock.now >= deadline { throw .timeout }
    }
}

extension QueryError {
    static let tooManyLabelBytes = QueryError.execution(
        "label_replace() and label_join() may make label values of \(QueryLimits.labelValueBytes) bytes, "
            + "\(QueryLimits.madeLabelBytes) in one query, and would make more")
}
