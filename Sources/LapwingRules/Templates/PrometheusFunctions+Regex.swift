import LapwingTemplate
import LapwingText

extension PrometheusFunctions {
    /// `match`: whether the pattern matches anywhere in the text.
    static func matches(_ pattern: String, _ text: String) throws(TemplateFunctionError) -> Bool {
        throw TemplateFunctionError("regular expressions are not available in templates yet")
    }

    /// `reReplaceAll`: every match replaced, where `$1` and `${name}` stand for groups.
    static func replacing(
        _ pattern: String, with replacement: String, in text: String
    ) throws(TemplateFunctionError) -> String {
        throw TemplateFunctionError("regular expressions are not available in templates yet")
    }
}
