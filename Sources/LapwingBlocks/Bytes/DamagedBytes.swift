import LapwingSeries

/// What is wrong with bytes, and at which of them: whoever knows the file adds its name.
struct DamagedBytes: Error, Sendable {
    var what: String
    /// From the start of the file, or of the record where that is what was read.
    var offset: Int

    init(_ what: String, at offset: Int) {
        self.what = what
        self.offset = offset
    }

    func inFile(_ path: String, doing remedy: String = Self.remedy) -> ReadError {
        ReadError("\(path) is damaged at byte \(offset): \(what); \(remedy)")
    }

    static let remedy = "restore it from a copy, or move it away to read the rest"
}
