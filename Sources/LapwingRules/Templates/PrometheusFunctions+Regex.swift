import LapwingRegex
import LapwingTemplate
import LapwingText

extension PrometheusFunctions {
    /// `match`: whether the pattern matches anywhere in the text.
    static func matches(_ pattern: String, _ text: String) throws(TemplateFunctionError) -> Bool {
        do throws(RegularExpressionError) {
            return try RegularExpression(pattern, options: .go).firstMatch(in: text) != nil
        } catch {
            throw TemplateFunctionError(error.message)
        }
    }

    /// `reReplaceAll`: every match replaced, where `$1` and `${name}` stand for groups.
    static func replacing(
        _ pattern: String, with replacement: String, in text: String
    ) throws(TemplateFunctionError) -> String {
        do throws(RegularExpressionError) {
            return try RegularExpression(pattern, options: .go).replacingAll(in: text, with: replacement)
        } catch {
            throw TemplateFunctionError("regexp: Compile(\(GoQuote.quote(pattern))): \(error.message)")
        }
    }
}
