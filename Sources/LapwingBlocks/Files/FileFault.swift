import LapwingSeries

/// Why a file or folder cannot be read.
struct FileFault: Error, Sendable {
    var path: String
    var what: String
    /// It was there when its folder was listed, or never.
    var isMissing = false

    var readError: ReadError { ReadError("\(path) cannot be read: \(what)") }
}
