/// Gathers a streamed body into blocks, and puts each into the form in which it is sent; knows nothing of sockets.
///
/// A body that ends within its first block is sent with its length, like one that was given whole.
struct StreamedBody {
    /// Bytes that are gathered before they are sent.
    static let blockBytes = 65_536

    private let plan: ResponsePlan
    private var block: [UInt8] = []
    private(set) var hasSentHead = false
    private let encoder: GzipStream?

    init(_ plan: ResponsePlan, compressionLevel: Int) {
        self.plan = plan
        encoder = plan.compressesBody && !plan.omitsBody ? GzipStream(level: compressionLevel) : nil
    }

    /// The bytes to send after `bytes` were added; nil while the block is not full.
    mutating func append(_ bytes: [UInt8]) -> [UInt8]? {
        if let encoder {
            encoder.compress(bytes, .none, into: &block)
        } else {
            block += bytes
        }
        return block.count >= Self.blockBytes ? takeBlock() : nil
    }

    /// Whether bytes that are a block by themselves are sent from where they are, between `frame`'s two parts.
    func sendsUncopied(_ bytes: [UInt8]) -> Bool { encoder == nil && !plan.omitsBody && bytes.count >= Self.blockBytes }

    /// What is sent before `count` bytes that follow on what was gathered, and behind them.
    mutating func frame(_ count: Int) -> (before: [UInt8], behind: [UInt8]) {
        let before = block.isEmpty && hasSentHead ? [] : takeBlock()
        guard plan.allowsChunks else { return (before, []) }
        return (before + MessageEncoder.chunkHead(count), MessageEncoder.chunkEnd)
    }

    /// The bytes to send so that everything so far is with the client.
    mutating func flush() -> [UInt8] {
        encoder?.compress([], .flush, into: &block)
        return takeBlock()
    }

    /// The bytes to send at the end.
    mutating func finish() -> [UInt8] {
        encoder?.compress([], .finish, into: &block)
        if !hasSentHead {
            hasSentHead = true
            if plan.omitsBody { return plan.head(length: nil) }
            return plan.head(length: block.count) + block
        }
        var output = takeBlock()
        if plan.allowsChunks, !plan.omitsBody { output += MessageEncoder.lastChunk }
        return output
    }

    private mutating func takeBlock() -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(block.count + 512)
        if !hasSentHead { output = plan.head(length: nil) }
        hasSentHead = true
        if !plan.omitsBody {
            if plan.allowsChunks {
                MessageEncoder.appendChunk(block, to: &output)
            } else {
                output += block
            }
        }
        block.removeAll(keepingCapacity: true)
        return output
    }
}
