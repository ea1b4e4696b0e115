import Synchronization

/// Finds the addresses of names, through the system's resolver.
///
/// That knows no deadline, and takes a minute where its servers are silent: it works on threads that are left behind by who cannot wait. One
/// of them works for all who ask for the same name, and there are only so many; beyond that names wait, while the requests' time runs.
final class HostResolver: Sendable {
    typealias Outcome = Result<[Socket.Endpoint], SocketError>
    typealias LookUp = @Sendable (_ host: String) throws(SocketError) -> [Socket.Endpoint]

    private let workers: WorkerPool
    private let lookUp: LookUp
    /// By name, those that are looked up or wait for it.
    private let underWay = Mutex<[String: BlockingResult<Outcome>]>([:])
    /// The resolver and what systems plug into it do with far less than Lapwing's own code may need.
    private static let stackBytes = 1 << 20

    init(maxLookups: Int, lookUp: @escaping LookUp = { host throws(SocketError) in try Socket.resolve(host, port: 0, forListening: false) }) {
        workers = WorkerPool(maxThreads: maxLookups, stackBytes: Self.stackBytes)
        self.lookUp = lookUp
    }

    deinit { workers.close() }

    /// The addresses of a host, of no port; nil where `deadline` passes first.
    func resolve(_ host: String, until deadline: ContinuousClock.Instant) -> Outcome? {
        let (result, isNew) = underWay.withLock { underWay in
            if let result = underWay[host] { return (result, false) }
            let result = BlockingResult<Outcome>()
            underWay[host] = result
            return (result, true)
        }
        if isNew {
            workers.run { [self] in
                let outcome = Outcome { () throws(SocketError) in try lookUp(host) }
                underWay.withLock { $0[host] = nil }
                result.set(outcome)
            }
        }
        return result.wait(until: deadline)
    }
}
