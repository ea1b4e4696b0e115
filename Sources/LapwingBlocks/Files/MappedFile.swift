// Maps files into memory, which is what lets a block of any size be opened without being read; the address that the
// system gives is held as long as the object lives, never written through, and lent only as a span. `@unchecked`,
// because a pointer is not Sendable by itself, and these bytes do not change.
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A file's bytes, read from disk when they are touched.
///
/// For files that Prometheus writes once and then only removes: a removed one stays readable here. A file that is cut
/// while it is mapped would end the process, so those that grow are read with `OpenFile` instead.
final class MappedFile: @unchecked Sendable {
    let path: String
    private let buffer: UnsafeRawBufferPointer

    /// - Parameter limit: how many bytes are mapped at most.
    init(_ path: String, limit: Int = .max) throws(FileFault) {
        let file = try OpenFile(path)
        let count = min(try file.size(), limit)
        self.path = path
        if count == 0 {
            buffer = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, file.descriptor, 0), address != MAP_FAILED else {
            throw FileFault(path: path, what: OpenFile.reason(errno))
        }
        buffer = UnsafeRawBufferPointer(start: address, count: count)
    }

    deinit {
        guard let address = buffer.baseAddress else { return }
        munmap(UnsafeMutableRawPointer(mutating: address), buffer.count)
    }

    var count: Int { buffer.count }

    var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get { _overrideLifetime(buffer.bindMemory(to: UInt8.self).span, borrowing: self) }
    }
}
