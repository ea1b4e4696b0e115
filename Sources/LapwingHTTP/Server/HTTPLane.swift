/// Requests of one kind, of which only so many are handled at once; those of other kinds do not wait for them.
public struct HTTPLane: Sendable, Hashable {
    public let name: String
    /// Handled at once; a request whose client is slow to take the answer no longer counts.
    public let places: Int
    /// Bytes of the bodies of those that wait; with more, a request is answered with 503.
    public let waitingBytes: Int
    /// What is done with a request that finds no place, but to let it wait.
    public let trial: Trial?
    /// Of requests that have asked for `HTTPRoom.large`, handled at once, besides the others; one that finds no such place is begun anew
    /// when there is one, and keeps it until its answer is sent. Nil where a place has all the room that there is.
    public let largePlaces: Int?

    /// A request that finds all places taken is handled nevertheless, for a short time: who asks for little need not wait for those
    /// who ask for much. One that is not done by then, and looks at its cancellation, is tried again for longer, and at last begun anew
    /// when it gets a place, where it gives way to others.
    public struct Trial: Sendable, Hashable {
        /// For those that were not tried before; those that are tried again have as many more.
        public let places: Int
        /// Of its processor, the last time.
        public let time: Duration

        /// How often one is tried, and which part of the time each trial may take.
        static let shares = [16, 4, 1]

        public init(places: Int, time: Duration) {
            self.places = max(1, places)
            self.time = time
        }
    }

    /// With more that wait, one is answered with 503, or at a gate with 429.
    public let maxWaiting: Int
    /// Whether what is done here is only to ask `HTTPServerConfiguration.gate`, after which a request goes on to its lane. Places are
    /// given by turns to client addresses, and of one address to callers; who is one too many is of those with the most that wait.
    public let isGate: Bool

    public static let maxWaiting = 1024

    public init(
        _ name: String, places: Int, waitingBytes: Int = 256 << 20, maxWaiting: Int = HTTPLane.maxWaiting, trial: Trial? = nil,
        largePlaces: Int? = nil, isGate: Bool = false
    ) {
        self.name = name
        self.places = max(1, places)
        self.waitingBytes = waitingBytes
        self.maxWaiting = maxWaiting
        self.trial = trial
        self.largePlaces = largePlaces.map { max(1, $0) }
        self.isGate = isGate
    }
}
