/// A file of a data directory that cannot be used, and why.
public struct FormatError: Error, Sendable, Hashable, CustomStringConvertible {
    public var file: String
    public var message: String
    /// Whether a newer program wrote it, so that setting it aside would be wrong.
    public var isUnknownVersion: Bool

    public init(_ file: String, _ message: String, isUnknownVersion: Bool = false) {
        self.file = file
        self.message = message
        self.isUnknownVersion = isUnknownVersion
    }

    public var description: String { "\(file): \(message)" }
}
