import Synchronization

/// How much a handler may take of what requests share.
public enum HTTPRoom: Int, Sendable, Comparable {
    /// A short time.
    case trial
    /// What most need.
    case place
    /// As much as there is.
    case large

    public static func < (a: HTTPRoom, b: HTTPRoom) -> Bool { a.rawValue < b.rawValue }
}

/// A flag that becomes true when a handler should stop: the client has gone, the server stops, or it needs more room than it has.
public final class HTTPCancellation: Sendable {
    private struct Trial {
        let clock = ThreadClock()
        let end: Duration
        let deadline: ContinuousClock.Instant

        init(_ time: Duration) {
            end = clock.elapsed + time
            deadline = .now + HTTPCancellation.patience
        }

        var isOver: Bool { clock.elapsed >= end || ContinuousClock.now >= deadline }
    }

    /// How long a trial may take that does not get a processor, or waits.
    private static let patience = Duration.seconds(1)

    private let flag = Atomic<Bool>(false)
    /// Raw values of `HTTPRoom`; a trial is needed where the one that was had was too short.
    private let room = Atomic<Int>(HTTPRoom.large.rawValue)
    private let needed = Atomic<Int>(nothing)
    private static let nothing = -1
    private let trial = Mutex<Trial?>(nil)
    private let makeRoom = Mutex<(@Sendable () -> Bool)?>(nil)

    public init() {}

    /// - Complexity: two relaxed loads, about 1 ns, and in a trial a look at two clocks; fit to be asked every few thousand samples.
    public var isCancelled: Bool {
        if flag.load(ordering: .relaxed) { return true }
        guard room.load(ordering: .relaxed) == HTTPRoom.trial.rawValue, trial.withLock({ $0?.isOver ?? false }) else { return false }
        needed.max(HTTPRoom.trial.rawValue, ordering: .relaxed)
        return true
    }

    /// Whether the handler may take so much; else it should stop, and is called again when there is room.
    public func hasRoom(_ wanted: HTTPRoom) -> Bool {
        let room = room.load(ordering: .relaxed)
        if wanted.rawValue <= room { return true }
        if room == HTTPRoom.place.rawValue, let makeRoom = makeRoom.withLock({ $0 }), makeRoom() {
            self.room.store(HTTPRoom.large.rawValue, ordering: .relaxed)
            return true
        }
        needed.max(wanted.rawValue, ordering: .relaxed)
        return false
    }

    public func cancel() { flag.store(true, ordering: .relaxed) }

    /// Whether the handler was told to stop only because it needs more room: it will be called again, and nobody sees its answer.
    public var isInterrupted: Bool { neededRoom != nil && !flag.load(ordering: .relaxed) }

    /// What the handler needs, where it is more than it has: another trial where this one was too short.
    var neededRoom: HTTPRoom? { HTTPRoom(rawValue: needed.load(ordering: .relaxed)) }

    /// From now on the handler, on this thread, may take so much.
    ///
    /// - Parameters:
    ///   - time: what a trial may spend of its processor.
    ///   - makeRoom: asked where one in a place needs more; whether it has as much as there is from then on.
    func begin(_ room: HTTPRoom, _ time: Duration?, makeRoom: (@Sendable () -> Bool)? = nil) {
        self.makeRoom.withLock { $0 = makeRoom }
        trial.withLock { $0 = time.map { Trial($0) } }
        needed.store(Self.nothing, ordering: .relaxed)
        self.room.store(room.rawValue, ordering: .relaxed)
    }

    /// The handler is done.
    func end() {
        needed.store(Self.nothing, ordering: .relaxed)
        room.store(HTTPRoom.large.rawValue, ordering: .relaxed)
        // It holds the request, which holds this.
        makeRoom.withLock { $0 = nil }
    }
}
