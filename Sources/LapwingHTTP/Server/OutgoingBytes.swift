/// What of an answer the system has not taken yet.
struct OutgoingBytes: Sendable {
    private var blocks: [[UInt8]]
    private var index = 0
    private var offset = 0

    init(_ blocks: [[UInt8]]) { self.blocks = blocks }

    var isEmpty: Bool { index == blocks.count }

    enum Progress: Equatable {
        case finished
        /// The socket takes no more for now; so many bytes were taken.
        case full(sent: Int)
        case failed
    }

    /// Sends until everything is gone or the socket is full.
    mutating func send(to descriptor: Int32) -> Progress {
        var sent = 0
        while index < blocks.count {
            if offset == blocks[index].count {
                blocks[index] = []
                index += 1
                offset = 0
                continue
            }
            switch Socket.send(descriptor, blocks[index], from: offset) {
            case .bytes(let count):
                offset += count
                sent += count
            case .full: return .full(sent: sent)
            case .failed: return .failed
            }
        }
        return .finished
    }
}
