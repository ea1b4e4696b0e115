/// What a disk refused, and of which file.
public struct DiskError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Operation: String, Sendable, Hashable {
        case createDirectory = "make the directory"
        case list = "list"
        case create = "make"
        case read = "read"
        case write = "write to"
        case truncate = "cut"
        case sync = "sync"
        case rename = "rename"
        case remove = "remove"
        case lock = "lock"
    }

    public enum Reason: Sendable, Hashable {
        /// No space, or the quota is used up.
        case full
        /// Another process has it.
        case held
        case notFound
        case other
    }

    public var operation: Operation
    public var path: String
    public var reason: Reason
    /// What the system says.
    public var detail: String

    public init(_ operation: Operation, _ path: String, _ reason: Reason, _ detail: String) {
        self.operation = operation
        self.path = path
        self.reason = reason
        self.detail = detail
    }

    public var description: String {
        let text = "cannot \(operation.rawValue) \(path): \(detail)"
        return reason == .full ? text + "; make room, and it goes on" : text
    }
}
