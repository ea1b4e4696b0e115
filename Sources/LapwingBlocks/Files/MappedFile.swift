import LapwingDisk

/// A file's bytes, read from disk when they are touched.
///
/// For files that Prometheus writes once and then only removes: a removed one stays readable here. A file that is cut
/// while it is mapped would end the process, so those that grow are read with `OpenFile` instead.
struct MappedFile: Sendable {
    let path: String
    let count: Int
    private let file: FileBytes

    /// - Parameter limit: how many bytes are used at most.
    init(_ path: String, limit: Int = .max) throws(FileFault) {
        self.path = path
        do {
            file = try SystemDisk().map(path)
        } catch {
            throw FileFault(path: path, what: error.detail, isMissing: error.reason == .notFound)
        }
        count = min(file.count, limit)
    }

    var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get { _overrideLifetime(file.span.extracting(first: count), borrowing: self) }
    }
}
