/// Why bytes are no frames of zstd, or ones that are not taken.
public enum ZstandardError: Error, Sendable, Hashable, CustomStringConvertible {
    /// More comes out than the caller takes.
    case tooLong(limit: Int)
    /// The frame needs a dictionary.
    case needsDictionary(UInt64)
    /// What is wrong, and near which byte.
    case damaged(String, offset: Int)

    public var description: String {
        switch self {
        case .tooLong(let limit): "zstd: what is compressed has more than \(limit) bytes"
        case .needsDictionary(let number): "zstd: dictionary \(number) is needed, and none is known"
        case .damaged(let what, let offset): "zstd: corrupt input at byte \(offset): \(what)"
        }
    }
}
