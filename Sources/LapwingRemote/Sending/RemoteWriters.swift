public import LapwingSeries
import Synchronization

/// The senders of a service, one for each receiver; a reload leaves those alone whose settings have not changed.
public final class RemoteWriters: Sendable {
    private struct State: Sendable {
        var writers: [String: RemoteWriter] = [:]
        var externalLabels = Labels.empty
    }

    private let makeSurroundings: @Sendable (RemoteWriteSettings) -> RemoteWriter.Surroundings
    private let notes: any NoteKeeper
    private let state = Mutex(State())

    public init(notes: any NoteKeeper, _ makeSurroundings: @escaping @Sendable (RemoteWriteSettings) -> RemoteWriter.Surroundings) {
        self.notes = notes
        self.makeSurroundings = makeSurroundings
    }

    /// In the order of their keys.
    public var all: [RemoteWriter] { state.withLock { $0.writers.values.sorted { $0.settings.key < $1.settings.key } } }

    /// Makes these the receivers. What was noted of others is forgotten: one that comes back gets samples from then on.
    public func apply(_ settings: [RemoteWriteSettings], externalLabels: Labels) async {
        let wanted = Dictionary(settings.map { ($0.key, $0) }) { first, _ in first }
        let old = state.withLock { $0 }
        for (key, writer) in old.writers where wanted[key] != writer.settings || old.externalLabels != externalLabels {
            await writer.stop()
            state.withLock { $0.writers[key] = nil }
        }
        for (key, settings) in wanted where self[key] == nil {
            let writer = RemoteWriter(settings, externalLabels: externalLabels, makeSurroundings(settings))
            state.withLock { $0.writers[key] = writer }
            writer.start()
        }
        state.withLock { $0.externalLabels = externalLabels }
        let gone = notes.notes(beginning: RemoteWriter.notePrefix).filter { wanted[String($0.key.dropFirst(RemoteWriter.notePrefix.count))] == nil }
        try? notes.setNotes(gone.map { Note($0.key, nil) })
    }

    /// Takes notice of samples that came out of order.
    public func noteLate(_ samples: [LateSample]) { for writer in all { writer.noteLate(samples) } }

    private subscript(key: String) -> RemoteWriter? { state.withLock { $0.writers[key] } }

    public func stop() async {
        await withTaskGroup { group in for writer in all { group.addTask { await writer.stop() } } }
    }
}
