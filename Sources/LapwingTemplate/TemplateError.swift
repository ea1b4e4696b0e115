public import LapwingText

/// Why a template could not be read or executed, in Go's words and with Go's position.
public struct TemplateError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Stage: Sendable, Hashable { case parsing, executing }

    public var stage: Stage
    /// The whole text as Go's package gives it: `template: NAME:LINE:COLUMN: executing "NAME" at <.X>: …`.
    public var description: String
    /// What is wrong, without the place.
    public var message: String
    /// The bytes of the template's text that are meant.
    public var range: SourceRange

    public init(_ stage: Stage, _ description: String, message: String, range: SourceRange) {
        self.stage = stage
        self.description = description
        self.message = message
        self.range = range
    }

    public var diagnostic: Diagnostic { Diagnostic(.error, message, at: range) }
}
