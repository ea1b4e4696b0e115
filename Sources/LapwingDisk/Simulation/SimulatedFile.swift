import Synchronization

/// A file of a `SimulatedDisk`.
final class SimulatedFile: DiskFile {
    let path: String
    private let disk: SimulatedDisk
    private let node: SimulatedDisk.Node
    private let life: Int

    init(path: String, disk: SimulatedDisk, node: SimulatedDisk.Node, life: Int) {
        self.path = path
        self.disk = disk
        self.node = node
        self.life = life
    }

    func append(_ bytes: [UInt8]) throws(DiskError) {
        let (fits, error) = disk.state.withLock { state -> (Int, DiskError?) in
            guard state.life == life else { return (0, DiskError(.write, path, .other, "the process has ended")) }
            let wasAlive = state.steps + 1 <= state.crashAt
            do throws(DiskError) {
                try state.step(.write, path)
            } catch {
                // The write at which the process dies has happened in part, and any that an ill disk refuses.
                return (wasAlive ? Int(state.random.next() % UInt64(bytes.count + 1)) : 0, error)
            }
            let free = max(0, state.capacity - state.used)
            if bytes.count <= free { return (bytes.count, nil) }
            return (free, DiskError(.write, path, .full, "No space left on device"))
        }
        node.state.withLock { $0.written += bytes[..<fits] }
        if let error { throw error }
    }

    func truncate(to count: Int) throws(DiskError) {
        try check(.truncate)
        node.state.withLock { file in
            file.written.removeSubrange(min(count, file.written.count)...)
            if file.synced.count > count { file.synced.removeSubrange(count...) }
        }
    }

    func sync() throws(DiskError) {
        do throws(DiskError) {
            try check(.sync)
        } catch {
            node.state.withLock { file in
                if file.synced.count < file.written.count { file.dropped.append(file.synced.count..<file.written.count) }
            }
            throw error
        }
        node.state.withLock { $0.synced = $0.durable }
    }

    private func check(_ operation: DiskError.Operation) throws(DiskError) {
        try disk.state.withLock { (state) throws(DiskError) in
            guard state.life == life else { throw DiskError(operation, path, .other, "the process has ended") }
            try state.step(operation, path)
        }
    }
}
