// Calls zlib with pointers into arrays, as Gzip.swift says.
import CZlib

/// A gzip encoder that is fed piece by piece; belongs to one thread.
final class GzipStream {
    enum Ending {
        /// More follows; zlib may keep bytes back.
        case none
        /// Everything so far can be read from what has been written.
        case flush
        case finish
    }

    private let stream: UnsafeMutablePointer<z_stream>
    /// Where zlib writes to; its content does not outlast a call.
    private var block: [UInt8] = []

    init(level: Int) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window, and 16 for a gzip header. It fails only for want of memory or a wrong level.
        let status = deflateInit2_(
            stream, Int32(min(max(level, 1), 9)), Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib could not start: status \(status)")
    }

    deinit {
        deflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    func compress(_ bytes: [UInt8], _ ending: Ending, into output: inout [UInt8]) {
        let mode =
            switch ending {
            case .none: Z_NO_FLUSH
            case .flush: Z_SYNC_FLUSH
            case .finish: Z_FINISH
            }
        // zlib counts in 32 bits; nothing here writes four gigabytes at once, and what did would be cut.
        precondition(bytes.count <= Int(UInt32.max))
        let blockCount = min(max(bytes.count / 2, 256), 65_536)
        if block.count < blockCount { block = [UInt8](repeating: 0, count: blockCount) }
        bytes.withUnsafeBufferPointer { source in
            // zlib only reads from it: its field has the type of a place to write to.
            stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
            stream.pointee.avail_in = UInt32(source.count)
            var isFull = true
            while isFull {
                let produced = block.withUnsafeMutableBufferPointer { target in
                    stream.pointee.next_out = target.baseAddress
                    stream.pointee.avail_out = UInt32(target.count)
                    _ = deflate(stream, mode)
                    return target.count - Int(stream.pointee.avail_out)
                }
                isFull = stream.pointee.avail_out == 0
                output += block[..<produced]
            }
        }
    }
}
