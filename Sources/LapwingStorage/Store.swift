public import LapwingSeries
import Synchronization

/// Series with their samples: what is scraped, written and recorded goes in, and queries read it. In memory alone, or with
/// a directory that keeps it (`Store.open`).
///
/// Every batch makes a version; a snapshot is a version. Writers take turns, one batch at a time, and readers never
/// wait for a batch: each series says what it showed at the version that is asked for.
public final class Store: SeriesSource, SampleSink, Sendable {
    public let options: StoreOptions
    let registry = SnapshotRegistry()
    let writer: Mutex<WriterState>
    let index: Mutex<IndexState>
    /// Nil for a store in memory alone.
    let durability: Durability?

    public init(options: StoreOptions = StoreOptions()) {
        self.options = options
        writer = Mutex(WriterState())
        index = Mutex(IndexState(limits: options.limits))
        durability = nil
    }

    /// A store with what was found in a directory.
    init(options: StoreOptions, _ state: sending WriterState, _ index: sending IndexState, _ durability: Durability) {
        self.options = options
        registry.publish(state.version)
        writer = Mutex(state)
        self.index = Mutex(index)
        self.durability = durability
    }

    public func snapshot() -> any SeriesSnapshot { StoreSnapshot(self) }

    /// Lets a listener know, after each batch that has some, which samples came out of order; there is one at a time.
    public func tellLate(to listener: @escaping @Sendable ([LateSample]) -> Void) {
        writer.withLock { state in
            state.lateListener = listener
            state.workspace.late = []
        }
    }
}

/// What only writers touch.
struct WriterState: Sendable {
    /// The version that the last batch made.
    var version: UInt64 = 0
    /// By the ordinals of their series; nil where all series of a page have gone.
    var pages: [SeriesPage?] = []
    var ordinals: [Labels: UInt32] = [:]
    var nextOrdinal: UInt32 = 0
    var workspace = AppendWorkspace()
    var lateListener: (@Sendable ([LateSample]) -> Void)?
    var newestTime = Int64.min
    var labelBytes = 0
    var created = 0
    var removed = 0
    /// Series that the log does not know yet.
    var undefined: [SeriesDefinition] = []
    /// Those that it was told with the last batch, and is told once more: one damaged frame must not make a series' name
    /// unknown.
    var definedOnce: [SeriesDefinition] = []
    /// Series taken away that a snapshot may still read, so that the index still has them, with the version that took them.
    var doomed: [(ordinal: UInt32, version: UInt64)] = []
}
