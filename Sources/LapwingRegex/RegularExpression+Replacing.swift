/// Replacing as Go's `Regexp.Expand` and `ReplaceAllString` do it.
extension RegularExpression {
    /// `template` with `$1`, `${1}`, `$name` and `${name}` as the groups of a match, and `$$` as a dollar sign.
    ///
    /// A name is as long as it can be: `$1x` is the group `1x`, which is empty unless there is one.
    public func expand(_ template: String, match: Match, in text: String) -> String {
        expand(template, match: match, in: text, limit: .max) ?? ""
    }

    /// The same, or nil when it would have more than `limit` bytes: a short template makes much of a long group.
    public func expand(_ template: String, match: Match, in text: String, limit: Int) -> String? {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var rest = Array(template.utf8)[...]
        while let dollar = rest.firstIndex(of: UInt8(ascii: "$")) {
            result += rest[..<dollar]
            rest = rest[(dollar + 1)...]
            if rest.first == UInt8(ascii: "$") {
                result.append(UInt8(ascii: "$"))
                rest.removeFirst()
                continue
            }
            guard let (name, length) = Self.groupName(rest) else {
                result.append(UInt8(ascii: "$"))
                continue
            }
            rest = rest.dropFirst(length)
            if let range = range(ofGroup: name, in: match) { result += bytes[range] }
            if result.count > limit { return nil }
        }
        result += rest
        return result.count > limit ? nil : String(decoding: result, as: UTF8.self)
    }

    /// A group by its number or name; of several groups of one name, the first that took part.
    private func range(ofGroup name: String, in match: Match) -> Range<Int>? {
        if let index = Int(name) { return match.range(ofGroup: index) }
        return groupNames.indices.lazy.filter { groupNames[$0] == name }.compactMap { match.range(ofGroup: $0) }.first
    }

    /// The name behind a dollar sign and the bytes that it takes.
    private static func groupName(_ text: ArraySlice<UInt8>) -> (name: String, length: Int)? {
        let isBraced = text.first == UInt8(ascii: "{")
        let body = isBraced ? text.dropFirst() : text
        let word = body.prefix { byte in
            byte &- 0x30 <= 9 || (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
        }
        guard !word.isEmpty else { return nil }
        if isBraced {
            guard word.endIndex < text.endIndex, text[word.endIndex] == UInt8(ascii: "}") else { return nil }
            return (String(decoding: word, as: UTF8.self), word.count + 2)
        }
        return (String(decoding: word, as: UTF8.self), word.count)
    }

    /// The text with every match replaced by the template's expansion; empty matches beside a match do not count.
    public func replacingAll(in text: String, with template: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var lastEnd = 0
        var search = 0
        while search <= bytes.count, let match = firstMatch(in: bytes.span, from: search) {
            let range = match.range
            result += bytes[lastEnd..<range.lowerBound]
            if range.upperBound > lastEnd || range.lowerBound == 0 {
                result += expand(template, match: match, in: text).utf8
            }
            lastEnd = range.upperBound
            let width = search < bytes.count ? decodeScalar(bytes.span, at: search).length : 1
            search = search + width > range.upperBound ? search + width : range.upperBound
        }
        if lastEnd < bytes.count { result += bytes[lastEnd...] }
        return String(decoding: result, as: UTF8.self)
    }
}
