// Asks the system for a limit of the process, and sets it, through a pointer to a local variable.
import LapwingSystem

/// How many descriptors the process may have open, and who gets how many of them.
///
/// Dispatch, on which everything `async` runs, opens a file for each of its threads again and again, and ends the process when it cannot:
/// sockets must never take the last.
public enum DescriptorLimit {
    /// Raises it as far as the system lets the process, as Go's programs do when they start.
    ///
    /// - Returns: what holds from now on.
    @discardableResult
    public static func raise() -> Int {
        guard var limit = system, limit.rlim_cur < limit.rlim_max else { return current }
        limit.rlim_cur = limit.rlim_max
        #if canImport(Glibc)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #else
            setrlimit(RLIMIT_NOFILE, &limit)
        #endif
        return current
    }

    /// What holds now.
    public static var current: Int { system.map { Int(clamping: $0.rlim_cur) } ?? unknown }

    /// What holds where the system does not tell: every system's least.
    private static let unknown = 256

    private static var system: rlimit? {
        var limit = rlimit()
        #if canImport(Glibc)
            return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? limit : nil
        #else
            return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit : nil
        #endif
    }

    // MARK: Shares

    /// What sockets leave to files, to name resolution and to Dispatch.
    static func reserve(of limit: Int) -> Int { min(1024, max(limit / 8, min(64, limit / 4))) }

    /// A part of what sockets may have, one at least: so that neither clients of the server nor targets take everything.
    static func share(_ part: Int, of limit: Int = current) -> Int { max(1, (limit - reserve(of: limit)) / part) }

    /// Whether a new socket has taken of the reserve: the system gives out the lowest number that is free, so all below are in use.
    static func isReserved(_ descriptor: Int32, of limit: Int = current) -> Bool { Int(descriptor) >= limit - reserve(of: limit) }
}
