// Calls sendmsg with pointers into three arrays, for the length of one call.
import LapwingSystem

extension Socket {
    /// Writes once, from `offset` on in what three runs of bytes are together: a chunk's content need not be copied to
    /// get its length before it.
    static func send(_ descriptor: Int32, _ head: [UInt8], _ body: [UInt8], _ tail: [UInt8], from offset: Int) -> Sent {
        while true {
            let count = head.withUnsafeBytes { head in
                body.withUnsafeBytes { body in
                    tail.withUnsafeBytes { tail in gatheringSend(descriptor, [head, body, tail], offset) }
                }
            }
            if count >= 0 { return .bytes(count) }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .full : .failed(errno)
        }
    }

    private static func gatheringSend(_ descriptor: Int32, _ runs: [UnsafeRawBufferPointer], _ offset: Int) -> Int {
        var skipped = offset
        var vectors: [iovec] = []
        for run in runs {
            let rest = UnsafeRawBufferPointer(rebasing: run.dropFirst(skipped))
            skipped -= min(skipped, run.count)
            guard !rest.isEmpty else { continue }
            // Nothing is written through it: the type is one for reading and writing alike.
            vectors.append(iovec(iov_base: UnsafeMutableRawPointer(mutating: rest.baseAddress), iov_len: rest.count))
        }
        return vectors.withUnsafeMutableBufferPointer { vectors in
            var message = msghdr()
            message.msg_iov = vectors.baseAddress
            message.msg_iovlen = numericCast(vectors.count)
            #if canImport(Darwin)
                return sendmsg(descriptor, &message, 0)
            #elseif canImport(Glibc)
                return sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
            #else
                return sendmsg(descriptor, &message, MSG_NOSIGNAL)
            #endif
        }
    }
}
