import Synchronization

extension SimulatedDisk.State {
    /// Counts a change, or says that the process is dead or the disk ill.
    mutating func step(_ operation: DiskError.Operation, _ path: String) throws(DiskError) {
        steps += 1
        if steps >= crashAt { throw DiskError(operation, path, .other, "the process has ended") }
        if refused.contains(steps) { throw DiskError(operation, path, .other, "Input/output error") }
    }

    /// What the machine's crash leaves.
    mutating func loseUnsynced() {
        var left = syncedNames
        for path in Set(names.keys).union(syncedNames.keys).sorted() where names[path] !== syncedNames[path] {
            if random.next() & 1 == 0 { left[path] = names[path] }
        }
        var seen: Set<ObjectIdentifier> = []
        for (_, node) in left.sorted(by: { $0.key < $1.key }) where seen.insert(ObjectIdentifier(node)).inserted {
            node.state.withLock { file in
                file.written = file.durable
                guard file.written.starts(with: file.synced) else { return }
                let unsynced = file.written.count - file.synced.count
                let kept = unsynced == 0 ? 0 : Int(random.next() % UInt64(unsynced + 1))
                var bytes = Array(file.written[..<(file.synced.count + kept)])
                // The length may be on the disk before the bytes are.
                if kept > 0, random.next() % 4 == 0 {
                    for index in (bytes.count - Int(random.next() % UInt64(kept)) - 1)..<bytes.count { bytes[index] = 0 }
                }
                file.written = bytes
            }
        }
        names = left
    }
}

/// Small random numbers from a seed. Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators".
struct SplitMix: Sendable {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
