import LapwingSystem

/// By what a file is known to be unchanged: of a symbolic link, that to which it leads.
///
/// Permissions are among it, since a file that may be read again has no other time; and the file's number, since what a link
/// leads to may have the same size and time as what it led to before.
public struct FileStamp: Sendable, Hashable {
    private let fields: [String]

    /// Nil when there is no file.
    public init?(of path: String) {
        // A link's own attributes stay when what is behind it is exchanged, as Kubernetes does with the files of a ConfigMap.
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: file) else { return nil }
        let keys: [FileAttributeKey] = [.modificationDate, .size, .systemFileNumber, .posixPermissions, .ownerAccountID, .groupOwnerAccountID]
        fields = keys.map { key in
            if let date = attributes[key] as? Date { return "\(date.timeIntervalSinceReferenceDate)" }
            return "\(attributes[key] ?? "")"
        }
    }
}
