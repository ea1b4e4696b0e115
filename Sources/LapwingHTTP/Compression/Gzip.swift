// This file and GzipStream.swift call zlib, which takes pointers: each is taken from an array for the length of one
// call, and its length comes from the same array.
import CZlib

/// Why compressed bytes could not be read.
public enum GzipError: Error, Equatable, CustomStringConvertible {
    case tooLarge(limit: Int)
    case corrupt(String)
    case truncated

    public var description: String {
        switch self {
        case .tooLarge(let limit): "the decompressed content has more than \(limit) bytes"
        case .corrupt(let reason): "gzip: invalid data: \(reason)"
        case .truncated: "gzip: unexpected EOF"
        }
    }
}

/// Gzip (RFC 1952) over the system's zlib.
public enum Gzip {
    /// - Parameter level: from 1, the fastest, to 9, the smallest.
    public static func compress(_ bytes: [UInt8], level: Int = 6) -> [UInt8] {
        let stream = GzipStream(level: level)
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count / 4 + 64)
        stream.compress(bytes, .finish, into: &output)
        return output
    }

    /// The content of one or several gzip members, or of a zlib stream.
    ///
    /// - Throws: ``GzipError/tooLarge(limit:)`` as soon as the content exceeds `limit`, with no more than that in
    ///   memory, so that a small bomb costs little.
    public static func decompress(_ bytes: [UInt8], limit: Int) throws(GzipError) -> [UInt8] {
        var stream = z_stream()
        // 15 bits of window, and 32 to tell gzip from zlib by its first bytes.
        guard inflateInit2_(&stream, 15 + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .corrupt("zlib could not start")
        }
        defer { inflateEnd(&stream) }
        var input = bytes
        var output: [UInt8] = []
        var block = [UInt8](repeating: 0, count: min(max(limit, 0), 65_535) + 1)
        let blockCount = block.count
        let failure: GzipError? = input.withUnsafeMutableBufferPointer { source in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(clamping: source.count)
            guard source.count <= Int(UInt32.max) else { return .tooLarge(limit: Int(UInt32.max)) }
            while true {
                let (status, produced) = block.withUnsafeMutableBufferPointer { target in
                    stream.next_out = target.baseAddress
                    stream.avail_out = UInt32(target.count)
                    let status = inflate(&stream, Z_NO_FLUSH)
                    return (status, target.count - Int(stream.avail_out))
                }
                guard produced <= limit - output.count else { return .tooLarge(limit: limit) }
                output += block[..<produced]
                switch status {
                case Z_STREAM_END:
                    if stream.avail_in == 0 { return nil }
                    guard inflateReset(&stream) == Z_OK else { return .corrupt("zlib could not restart") }
                case Z_OK:
                    if stream.avail_in == 0, produced < blockCount { return .truncated }
                case Z_BUF_ERROR:
                    return .truncated
                default:
                    return .corrupt(stream.msg.map { String(cString: $0) } ?? "status \(status)")
                }
            }
        }
        if let failure { throw failure }
        return output
    }
}
