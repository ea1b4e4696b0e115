/// Why bytes are no snappy block, or one that is not taken.
public enum SnappyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The block announces more bytes than the caller takes.
    case tooLong(announced: Int, limit: Int)
    /// What is wrong, and at which offset of the block.
    case damaged(String, offset: Int)

    public var description: String {
        switch self {
        case .tooLong(let announced, let limit): "snappy: decoded length \(announced) exceeds limit \(limit)"
        case .damaged(let what, let offset): "snappy: corrupt input at byte \(offset): \(what)"
        }
    }
}
