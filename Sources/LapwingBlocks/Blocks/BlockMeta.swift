import LapwingSystem

/// What a block says of itself in `meta.json`.
///
/// Source: Prometheus 3.14 `tsdb/block.go`, `BlockMeta`.
struct BlockMeta: Decodable, Sendable {
    struct Compaction: Decodable, Sendable {
        struct Parent: Decodable, Sendable { var ulid: String }

        /// The blocks that this one replaces.
        var parents: [Parent]?
        /// It holds no samples, and is removed at the next occasion.
        var deletable: Bool?
    }

    var ulid: String
    /// Milliseconds since the epoch.
    var minTime: Int64
    /// The first millisecond after the block.
    var maxTime: Int64
    var compaction: Compaction?
    var version: Int

    static let name = "meta.json"
    static let maximumBytes = 16 << 20

    init(path: String) throws(FileFault) {
        let file = try OpenFile(path)
        let size = try file.size()
        guard size <= Self.maximumBytes else {
            throw FileFault(path: path, what: "it has \(size) bytes, and at most \(Self.maximumBytes) are read")
        }
        var bytes: [UInt8] = []
        try file.read(size, at: 0, into: &bytes)
        do {
            self = try JSONDecoder().decode(BlockMeta.self, from: Data(bytes))
        } catch {
            throw FileFault(path: path, what: "it is no block's description")
        }
        guard version == 1 else { throw FileFault(path: path, what: "it has version \(version), and this program reads 1") }
        guard minTime <= maxTime else { throw FileFault(path: path, what: "it ends at \(maxTime), before it begins at \(minTime)") }
    }

    /// Twenty-six digits of Crockford's base 32: the name of every block's folder.
    static func isName(_ text: String) -> Bool {
        text.utf8.count == 26 && text.utf8.allSatisfy { "0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8.contains($0) }
    }
}
