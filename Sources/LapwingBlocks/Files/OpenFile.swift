// Hands the system the address of an array to read into.
import LapwingSystem

/// A file that is open for reading, whatever becomes of its name.
final class OpenFile: Sendable {
    let path: String
    let descriptor: Int32

    init(_ path: String) throws(FileFault) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            throw FileFault(path: path, what: Self.reason(errno), isMissing: errno == ENOENT)
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Bytes in the file now.
    func size() throws(FileFault) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileFault(path: path, what: Self.reason(errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw FileFault(path: path, what: "it is no file") }
        return Int(clamping: status.st_size)
    }

    /// Replaces `bytes` by what stands at `offset`: `count` bytes, fewer at the end of the file.
    func read(_ count: Int, at offset: Int, into bytes: inout [UInt8]) throws(FileFault) {
        if bytes.count != count { bytes = [UInt8](repeating: 0, count: count) }
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes { raw in
                pread(descriptor, raw.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled))
            }
            if got < 0, errno == EINTR { continue }
            if got < 0 { throw FileFault(path: path, what: Self.reason(errno)) }
            if got == 0 { break }
            filled += got
        }
        bytes.removeSubrange(filled...)
    }

    static func reason(_ number: Int32) -> String { String(cString: strerror(number)) }
}
