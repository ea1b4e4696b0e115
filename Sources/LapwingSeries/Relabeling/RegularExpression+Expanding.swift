import LapwingRegex

extension RegularExpression {
    /// `template` with `$1`, `${1}` and `${name}` replaced by what the groups capture; nil where the text is no match.
    func expanding(_ template: String, inWholeMatchOf text: String) -> String? {
        matchesWhole(text) ? template : nil
    }
}
