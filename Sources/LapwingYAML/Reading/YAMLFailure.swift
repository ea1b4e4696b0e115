import LapwingText

/// Why a text could not be read; becomes a `SourceError` at the module's edge.
struct YAMLFailure: Error {
    var diagnostic: Diagnostic

    init(_ message: String, at range: SourceRange, help: String? = nil, check: String? = nil) {
        diagnostic = Diagnostic(.error, message, at: range, help: help, check: check)
    }
}
