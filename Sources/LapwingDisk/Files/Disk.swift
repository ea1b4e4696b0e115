/// The files of a data directory, as far as the log and the segments need them.
///
/// `SystemDisk` is the real one; `SimulatedDisk` keeps apart what is written and what is synced, and crashes on demand.
/// What is written survives the process; what is synced survives the machine. A name (of a new, renamed or removed file)
/// survives the machine when its directory is synced.
public protocol Disk: Sendable {
    /// Makes a directory and those above it; nothing happens when it is there.
    func createDirectory(_ path: String) throws(DiskError)
    /// The names in a directory, ascending.
    func list(_ directory: String) throws(DiskError) -> [String]
    /// Makes an empty file, in place of one that had the name, and opens it to append to.
    func create(_ path: String) throws(DiskError) -> any DiskFile
    /// The bytes of a file as they are now; later appends may or may not show.
    func map(_ path: String) throws(DiskError) -> FileBytes
    /// Gives a file another name, in place of one that had it.
    func rename(_ path: String, to target: String) throws(DiskError)
    /// Removes a file; nothing happens when it is not there.
    func remove(_ path: String) throws(DiskError)
    /// Forces the names of a directory to the disk.
    func syncDirectory(_ path: String) throws(DiskError)
    /// Takes a lock that ends with the process or with what is returned, whichever is first.
    ///
    /// - Throws: `DiskError` with operation `lock` that names the process that holds it.
    func lock(_ path: String) throws(DiskError) -> any Sendable
}

/// A file that is appended to; one owner at a time uses it.
public protocol DiskFile: Sendable {
    var path: String { get }
    /// Appends all of the bytes. After a failure some of them may be there.
    func append(_ bytes: [UInt8]) throws(DiskError)
    /// Cuts the file to its first bytes.
    func truncate(to count: Int) throws(DiskError)
    /// Forces what was appended to the disk.
    func sync() throws(DiskError)
}
