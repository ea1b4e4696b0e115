import LapwingSeries

/// The segments of a write-ahead log, opened all at once, so that none vanishes while they are read.
struct LogSegments: Sendable {
    /// In the order in which they were written: those of the last checkpoint, then those after it.
    private(set) var files: [OpenFile] = []
    /// How many of the files are the checkpoint's.
    private(set) var checkpointCount = 0

    /// - Throws: a fault whose `isMissing` says that the folder changed meanwhile, and should be listed again.
    init(folder: String) throws(FileFault) {
        var first = 0
        if let checkpoint = try Self.lastCheckpoint(folder) {
            let path = "\(folder)/\(checkpoint.text)"
            for segment in try Folder.numbered(path) { files.append(try OpenFile("\(path)/\(segment.text)")) }
            checkpointCount = files.count
            first = checkpoint.number + 1
        }
        var expected: Int?
        for segment in try Folder.numbered(folder) where segment.number >= first {
            if let expected, segment.number != expected {
                throw FileFault(path: folder, what: "segment \(expected) is not there, and \(segment.text) is; \(DamagedBytes.remedy)", isMissing: true)
            }
            expected = segment.number + 1
            files.append(try OpenFile("\(folder)/\(segment.text)"))
        }
    }

    /// `checkpoint.N` holds what is still needed of the segments up to N.
    private static func lastCheckpoint(_ folder: String) throws(FileFault) -> (text: String, number: Int)? {
        let prefix = "checkpoint."
        return (try Folder.names(folder) ?? []).compactMap { name in
            guard name.hasPrefix(prefix), let number = Folder.number(name.dropFirst(prefix.count)), Folder.isThere("\(folder)/\(name)")
            else { return nil }
            return (name, number)
        }.max { (a: (text: String, number: Int), b: (text: String, number: Int)) in a.number < b.number }
    }
}
