import LapwingSeries

/// Opens what a data directory holds, in an order in which nothing is missed while Prometheus runs.
///
/// Samples move from the log to head chunks to blocks, and are removed behind: so the log's segments are opened
/// first, then head chunks, then blocks, and what was opened stays readable. What is found twice is shown once. Where
/// a file goes between listing and opening, the whole is begun again.
struct DataDirectory {
    /// How often it is begun again before giving up.
    static let attempts = 5

    private(set) var blocks: [Block] = []
    private(set) var head: Head?
    private(set) var remarks: [String] = []
    private(set) var metadata: [String: MetricMetadata] = [:]

    static func isData(_ path: String) -> Bool {
        guard Folder.isThere(path), let names = try? Folder.names(path) else { return false }
        return names.contains { name in
            BlockMeta.isName(name) || name == BlockMeta.name || ["wal", "chunks_head", "wbl"].contains(name) && Folder.isThere("\(path)/\(name)")
        }
    }

    init(_ path: String) throws(ReadError) {
        var last: FileFault?
        for _ in 0..<Self.attempts {
            do throws(OpeningFault) {
                try open(path)
                return
            } catch {
                switch error {
                case .changed(let fault): last = fault
                case .unreadable(let error): throw error
                }
            }
        }
        throw (last ?? FileFault(path: path, what: "it changes too often")).readError
    }

    private enum OpeningFault: Error {
        /// A file went while the directory was opened.
        case changed(FileFault)
        case unreadable(ReadError)

        init(_ fault: FileFault) { self = fault.isMissing ? .changed(fault) : .unreadable(fault.readError) }
    }

    private static func opening<T>(_ body: () throws(FileFault) -> T) throws(OpeningFault) -> T {
        do throws(FileFault) {
            return try body()
        } catch {
            throw OpeningFault(error)
        }
    }

    private mutating func open(_ path: String) throws(OpeningFault) {
        (blocks, head, remarks) = ([], nil, [])
        let (log, outOfOrderLog, chunkFiles) = try Self.opening { () throws(FileFault) in
            let log = try LogSegments(folder: "\(path)/wal")
            let outOfOrderLog = try LogSegments(folder: "\(path)/wbl")
            var files: [OpenFile] = []
            for file in try Folder.numbered("\(path)/chunks_head") { files.append(try OpenFile("\(path)/chunks_head/\(file.text)")) }
            return (log, outOfOrderLog, files)
        }
        try openBlocks(path)
        if log.files.isEmpty, chunkFiles.isEmpty, outOfOrderLog.files.isEmpty { return }
        var builder = HeadBuilder()
        try addChunks(chunkFiles, to: &builder)
        try replay(log, into: &builder)
        builder.isOutOfOrder = true
        try replay(outOfOrderLog, into: &builder)
        if builder.strayCount > 0 {
            remarks.append("\(path): samples of the log whose series it does not name are left out: \(builder.strayCount)")
        }
        for (kind, count) in builder.unknownCounts.sorted(by: { $0.key < $1.key }) {
            remarks.append("\(path): records of the log of the unknown kind \(kind) are left out: \(count)")
        }
        metadata = builder.metadata
        head = builder.finish()
    }
}

/// Blocks.
extension DataDirectory {
    private mutating func openBlocks(_ path: String) throws(OpeningFault) {
        let names = try Self.opening { () throws(FileFault) in try Folder.names(path) ?? [] }
        var metas: [(path: String, meta: BlockMeta)] = []
        if names.contains(BlockMeta.name) { addMeta(path, &metas) }
        for name in names where BlockMeta.isName(name) {
            let block = "\(path)/\(name)"
            if Folder.isThere(block) { addMeta(block, &metas) }
        }
        // A block that was put together from others replaces them, though they may still be there.
        let replaced = Set(metas.flatMap { ($0.meta.compaction?.parents ?? []).map(\.ulid) })
        for (path, meta) in metas where !replaced.contains(meta.ulid) && meta.compaction?.deletable != true {
            do throws(BlockFault) {
                blocks.append(try Block(path: path, meta: meta))
            } catch {
                switch error {
                case .vanished(let fault): throw .changed(fault)
                case .unreadable(let error): throw .unreadable(error)
                }
            }
        }
        blocks.sort { ($0.meta.minTime, $0.meta.maxTime, $0.path) < ($1.meta.minTime, $1.meta.maxTime, $1.path) }
    }

    /// As Prometheus does, passes over a block that does not say what it is.
    private mutating func addMeta(_ block: String, _ metas: inout [(path: String, meta: BlockMeta)]) {
        do throws(FileFault) {
            metas.append((block, try BlockMeta(path: "\(block)/\(BlockMeta.name)")))
        } catch {
            if Folder.isThere(block) { remarks.append("the block \(block) is left out: \(error.path): \(error.what)") }
        }
    }
}

/// What is not in blocks yet.
extension DataDirectory {
    /// Behind a chunk that is not whole, nothing is used of the files: the log has it all.
    private mutating func addChunks(_ files: [OpenFile], to builder: inout HeadBuilder) throws(OpeningFault) {
        for (index, file) in files.enumerated() {
            let chunks = try Self.opening { () throws(FileFault) in
                let chunks = try HeadChunkFile(file)
                try builder.add(chunks)
                return chunks
            }
            guard let damage = chunks.damage else { continue }
            // The last file is being written.
            if index < files.count - 1 {
                remarks.append("\(file.path) is damaged at byte \(damage.offset): \(damage.what); what follows is taken from the log")
            }
            return
        }
    }

    private mutating func replay(_ log: LogSegments, into builder: inout HeadBuilder) throws(OpeningFault) {
        for (index, file) in log.files.enumerated() {
            let isLast = index == log.files.count - 1 && index >= log.checkpointCount
            var reader = try Self.opening { () throws(FileFault) in try LogReader(file, isLast: isLast) }
            do throws(ReadError) {
                try replay(&reader, into: &builder)
            } catch {
                throw .unreadable(error)
            }
            if reader.tornBytes > 0 {
                remarks.append("\(file.path) ends in the middle of a record: \(reader.tornBytes) bytes are left out")
            }
        }
    }

    private func replay(_ reader: inout LogReader, into builder: inout HeadBuilder) throws(ReadError) {
        var record: [UInt8] = []
        while try reader.next(&record) {
            do throws(DamagedBytes) {
                try LogRecord.read(record.span, into: &builder)
            } catch {
                let place = DamagedBytes("a record is damaged at its byte \(error.offset): \(error.what)", at: reader.recordPlace)
                throw place.inFile(reader.file.path)
            }
        }
    }
}
