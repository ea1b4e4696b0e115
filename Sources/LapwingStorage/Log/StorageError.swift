import LapwingDisk

/// Why a data directory cannot be opened or kept.
public struct StorageError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// Another process has the directory.
        case held
        /// A newer program wrote it.
        case unknownVersion
        /// The disk is full.
        case full
        /// A file is not there, or no more.
        case missing
        case disk
    }

    public var kind: Kind
    public var message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    init(_ error: DiskError) {
        let kind: Kind =
            switch error.reason {
            case .held: .held
            case .full: .full
            case .notFound: .missing
            case .other: .disk
            }
        self.init(kind, error.description)
    }

    public var description: String { message }
}
