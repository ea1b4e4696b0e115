import LapwingExposition
import LapwingSeries
import Synchronization

/// The series that senders have written, by the bytes of their labels: most requests touch neither labels nor their hashes.
final class KnownSeries: Sendable {
    /// Series that are kept; when there are more, all are forgotten and come back as they are written.
    static let maximumSeries = 1_000_000
    /// Bytes of their labels, likewise.
    static let maximumBytes = 256 << 20

    private struct State {
        var texts = SeriesTexts()
        /// By the numbers of the texts.
        var references: [SeriesReference?] = []
        /// Told apart by whoever asks the sink meanwhile.
        var generation = 0

        mutating func forget() {
            texts = SeriesTexts()
            references = []
            generation += 1
        }
    }

    private let state = Mutex(State())
    private let sink: any SampleSink

    init(sink: any SampleSink) { self.sink = sink }

    /// Forgets all: the sink has forgotten one of them.
    func forget() { state.withLock { $0.forget() } }

    /// The reference of each series of a request, nil where its labels are not taken.
    ///
    /// - Parameter faults: gets what is wrong with labels.
    func references(of request: RemoteWriteRequest, _ faults: inout WriteFaults) throws(AppendError) -> [SeriesReference?] {
        var (references, numbers, generation) = state.withLock { state -> ([SeriesReference?], [Int32], Int) in
            if state.texts.count > Self.maximumSeries || state.texts.byteCount > Self.maximumBytes { state.forget() }
            let numbers = request.numbers(known: &state.texts)
            while state.references.count < state.texts.count { state.references.append(nil) }
            return (numbers.map { $0 < 0 ? nil : state.references[Int($0)] }, numbers, state.generation)
        }
        var fresh: [(place: Int, labels: Labels)] = []
        for place in references.indices where references[place] == nil {
            let series = request.series[place]
            do throws(MessageError) {
                fresh.append((place, try request.labels(of: series)))
            } catch {
                faults.add("invalid labels: \(error)")
            }
        }
        if fresh.isEmpty { return references }
        let made = try sink.references(for: fresh.map(\.labels))
        for (series, reference) in zip(fresh, made) { references[series.place] = reference }
        state.withLock { state in
            guard state.generation == generation else { return }
            for (series, reference) in zip(fresh, made) where numbers[series.place] >= 0 {
                state.references[Int(numbers[series.place])] = reference
            }
        }
        return references
    }
}
