// Calls the C library with pointers into arrays and into buffers of its own, each for the length of one call.
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The machine's own files.
public struct SystemDisk: Disk {
    public init() {}

    public func createDirectory(_ path: String) throws(DiskError) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += made.isEmpty || made == "/" ? String(part) : "/" + part
            if mkdir(made, 0o755) == 0 { continue }
            guard errno == EEXIST else { throw Self.fault(.createDirectory, made) }
            var status = stat()
            guard stat(made, &status) == 0 else { throw Self.fault(.createDirectory, made) }
            if status.st_mode & S_IFMT != S_IFDIR {
                throw DiskError(.createDirectory, made, .other, "it is there, and is no directory; choose another")
            }
        }
    }

    public func list(_ directory: String) throws(DiskError) -> [String] {
        guard let stream = opendir(directory) else { throw Self.fault(.list, directory) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { place in
                place.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: place.pointee)) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    public func create(_ path: String) throws(DiskError) -> any DiskFile {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o644)
        if descriptor < 0 { throw Self.fault(.create, path) }
        return SystemFile(path: path, descriptor: descriptor)
    }

    public func map(_ path: String) throws(DiskError) -> FileBytes {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw Self.fault(.read, path) }
        defer { close(descriptor) }
        let count = lseek(descriptor, 0, SEEK_END)
        if count < 0 { throw Self.fault(.read, path) }
        if count == 0 { return FileBytes([]) }
        let place = mmap(nil, Int(count), PROT_READ, MAP_SHARED, descriptor, 0)
        guard let place, place != MAP_FAILED else { throw Self.fault(.read, path) }
        return FileBytes(address: UInt(bitPattern: place), count: Int(count))
    }

    public func rename(_ path: String, to target: String) throws(DiskError) {
        #if canImport(Glibc)
            let status = Glibc.rename(path, target)
        #elseif canImport(Musl)
            let status = Musl.rename(path, target)
        #else
            let status = Darwin.rename(path, target)
        #endif
        if status != 0 { throw Self.fault(.rename, path) }
    }

    public func remove(_ path: String) throws(DiskError) {
        if unlink(path) != 0, errno != ENOENT { throw Self.fault(.remove, path) }
    }

    public func syncDirectory(_ path: String) throws(DiskError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw Self.fault(.sync, path) }
        defer { close(descriptor) }
        // Some file systems know no syncing of directories, and say so.
        if fsync(descriptor) != 0, errno != EINVAL { throw Self.fault(.sync, path) }
    }

    public func lock(_ path: String) throws(DiskError) -> any Sendable {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        if descriptor < 0 { throw Self.fault(.lock, path) }
        let file = SystemFile(path: path, descriptor: descriptor)
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK else { throw Self.fault(.lock, path) }
            let holder = (try? map(path)).map { String(decoding: $0.copy(0..<20), as: UTF8.self).filter(\.isNumber) } ?? ""
            let who = holder.isEmpty ? "another process" : "process \(holder)"
            throw DiskError(.lock, path, .held, "\(who) uses this directory; end it, or choose another directory")
        }
        try file.truncate(to: 0)
        try file.append(Array("\(getpid())\n".utf8))
        return file
    }

    /// The error that `errno` holds.
    static func fault(_ operation: DiskError.Operation, _ path: String) -> DiskError {
        let code = errno
        let reason: DiskError.Reason =
            switch code {
            case ENOSPC, EDQUOT, EFBIG: .full
            case ENOENT: .notFound
            default: .other
            }
        return DiskError(operation, path, reason, String(cString: strerror(code)))
    }
}

/// An open file; closed with its last reference, which ends a lock on it too.
final class SystemFile: DiskFile {
    let path: String
    private let descriptor: Int32

    init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    func append(_ bytes: [UInt8]) throws(DiskError) {
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + offset }, $0.count - offset) }
            if written > 0 {
                offset += written
            } else if written < 0, errno != EINTR {
                throw SystemDisk.fault(.write, path)
            }
        }
    }

    func truncate(to count: Int) throws(DiskError) {
        while ftruncate(descriptor, off_t(count)) != 0 {
            if errno != EINTR { throw SystemDisk.fault(.truncate, path) }
        }
    }

    func sync() throws(DiskError) {
        #if canImport(Darwin)
            // There, fsync leaves the bytes in the drive's own memory.
            if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
        #endif
        while fsync(descriptor) != 0 {
            if errno != EINTR { throw SystemDisk.fault(.sync, path) }
        }
    }
}
