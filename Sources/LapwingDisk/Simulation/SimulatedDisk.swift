import Synchronization

/// A disk in memory that keeps apart what is written and what is synced: the twin of `SystemDisk` for tests.
///
/// It crashes at the n-th change, refuses some, fills up, and flips bits; a sync that it refuses loses what was to be synced, as on
/// Linux. What a crash leaves is chosen by a seed: of a file its synced
/// bytes, a part of those after them, and perhaps zeros in place of the last; of names the synced ones, each later change
/// by itself taken or lost, as file systems may reorder them.
public final class SimulatedDisk: Disk {
    /// What ends with the machine.
    public enum Crash: Sendable, Hashable {
        /// The process alone: all that was written stays.
        case process
        /// The machine: what was not synced may be lost.
        case machine
    }

    final class Node: Sendable {
        struct State {
            var written: [UInt8] = []
            var synced: [UInt8] = []
            /// What the system has dropped of what was written when it failed to sync it: readers still see it, no syncing brings it to the disk.
            var dropped: [Range<Int>] = []

            /// The bytes that would be on the disk if all were synced now.
            var durable: [UInt8] {
                var bytes = written
                for range in dropped { for index in range where index < bytes.count { bytes[index] = 0 } }
                return bytes
            }
        }
        let state = Mutex(State())
    }

    struct State {
        var names: [String: Node] = [:]
        var syncedNames: [String: Node] = [:]
        var locks: [String: Int] = [:]
        var steps = 0
        var crashAt = Int.max
        var refused = 0..<0
        var capacity = Int.max
        var random: SplitMix
        /// Counts the lives of the disk: files that were open before a crash are of no use after it.
        var life = 0

        var used: Int { names.values.reduce(0) { $0 + $1.state.withLock { $0.written.count } } }
    }

    let state: Mutex<State>

    public init(seed: UInt64 = 1) { state = Mutex(State(random: SplitMix(state: seed))) }

    // MARK: What tests do to it

    /// Writes, syncs and changes of names so far.
    public var steps: Int { state.withLock { $0.steps } }

    /// Every change from this one on fails, and the first of them happens by half: the process is dead.
    public func crash(at step: Int) { state.withLock { $0.crashAt = step } }

    /// These changes fail, as on a disk that is ill for a while, and writes among them happen by half; the process goes on.
    public func refuse(_ steps: Range<Int>) { state.withLock { $0.refused = steps } }

    /// From now on no more bytes than this fit.
    public func setCapacity(_ bytes: Int) { state.withLock { $0.capacity = bytes } }

    public var usedBytes: Int { state.withLock { $0.used } }

    public func flipBit(_ bit: Int, of path: String) {
        let node = state.withLock { $0.names[path] }
        node?.state.withLock { file in
            guard bit / 8 < file.written.count else { return }
            file.written[bit / 8] ^= 1 << UInt8(bit % 8)
            if bit / 8 < file.synced.count { file.synced[bit / 8] ^= 1 << UInt8(bit % 8) }
        }
    }

    public func contents(of path: String) -> [UInt8] {
        state.withLock { $0.names[path] }?.state.withLock { $0.written } ?? []
    }

    /// Puts bytes in place of a file's.
    public func setContents(of path: String, _ bytes: [UInt8]) {
        let node = state.withLock { state in
            let node = state.names[path] ?? Node()
            state.names[path] = node
            return node
        }
        node.state.withLock { file in
            file.written = bytes
            file.synced = bytes
        }
    }

    /// Starts again with what the crash left; who had files or locks has them no more.
    public func restart(after crash: Crash) {
        state.withLock { state in
            if crash == .machine { state.loseUnsynced() }
            state.locks = [:]
            state.crashAt = .max
            state.life += 1
            state.syncedNames = state.names
            for node in state.names.values { node.state.withLock { ($0.synced, $0.dropped) = ($0.written, []) } }
        }
    }

    // MARK: Disk

    public func createDirectory(_ path: String) throws(DiskError) {}

    public func list(_ directory: String) throws(DiskError) -> [String] {
        state.withLock { state in
            state.names.keys.filter { $0.hasPrefix(directory + "/") }.map { String($0.dropFirst(directory.utf8.count + 1)) }.sorted()
        }
    }

    public func create(_ path: String) throws(DiskError) -> any DiskFile {
        let (node, life) = try state.withLock { (state) throws(DiskError) in
            try state.step(.create, path)
            let node = Node()
            state.names[path] = node
            return (node, state.life)
        }
        return SimulatedFile(path: path, disk: self, node: node, life: life)
    }

    public func map(_ path: String) throws(DiskError) -> FileBytes {
        guard let node = state.withLock({ $0.names[path] }) else { throw DiskError(.read, path, .notFound, "no such file") }
        return FileBytes(node.state.withLock { $0.written })
    }

    public func rename(_ path: String, to target: String) throws(DiskError) {
        try state.withLock { (state) throws(DiskError) in
            try state.step(.rename, path)
            guard let node = state.names.removeValue(forKey: path) else { throw DiskError(.rename, path, .notFound, "no such file") }
            state.names[target] = node
        }
    }

    public func remove(_ path: String) throws(DiskError) {
        try state.withLock { (state) throws(DiskError) in
            try state.step(.remove, path)
            state.names[path] = nil
        }
    }

    public func syncDirectory(_ path: String) throws(DiskError) {
        try state.withLock { (state) throws(DiskError) in
            try state.step(.sync, path)
            state.syncedNames = state.names
        }
    }

    public func lock(_ path: String) throws(DiskError) -> any Sendable {
        try state.withLock { (state) throws(DiskError) in
            if state.locks[path] == state.life { throw DiskError(.lock, path, .held, "process 1 uses this directory") }
            state.locks[path] = state.life
        }
        return SimulatedLock(path: path, disk: self)
    }
}

/// A lock that is given back with its last reference.
private final class SimulatedLock: Sendable {
    let path: String
    let disk: SimulatedDisk
    let life: Int

    init(path: String, disk: SimulatedDisk) {
        self.path = path
        self.disk = disk
        life = disk.state.withLock { $0.life }
    }

    deinit {
        disk.state.withLock { state in
            if state.life == life { state.locks[path] = nil }
        }
    }
}
