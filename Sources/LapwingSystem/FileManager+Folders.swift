extension FileManager {
    /// Whether a folder is there, behind links too; nil where nothing is.
    public func isFolder(atPath path: String) -> Bool? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFDIR
    }
}
