/// A disk that is only looked at: what would change it does nothing, or is refused.
///
/// For reading a directory that another process may be using: no lock is taken.
public struct ReadOnlyDisk: Disk {
    private let base: any Disk

    public init(_ base: any Disk) { self.base = base }

    public func list(_ directory: String) throws(DiskError) -> [String] { try base.list(directory) }
    public func map(_ path: String) throws(DiskError) -> FileBytes { try base.map(path) }

    public func create(_ path: String) throws(DiskError) -> any DiskFile {
        throw DiskError(.create, path, .other, "the directory was opened for reading")
    }

    public func createDirectory(_ path: String) throws(DiskError) {}
    public func rename(_ path: String, to target: String) throws(DiskError) {}
    public func remove(_ path: String) throws(DiskError) {}
    public func syncDirectory(_ path: String) throws(DiskError) {}
    public func lock(_ path: String) throws(DiskError) -> any Sendable { 0 }
}
