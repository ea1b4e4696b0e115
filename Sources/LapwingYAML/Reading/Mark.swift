/// The bytes that mean something in YAML, by the names that the specification gives them.
enum Mark {
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let sequenceEntry = UInt8(ascii: "-")
    static let mappingKey = UInt8(ascii: "?")
    static let mappingValue = UInt8(ascii: ":")
    static let collectEntry = UInt8(ascii: ",")
    static let sequenceStart = UInt8(ascii: "[")
    static let sequenceEnd = UInt8(ascii: "]")
    static let mappingStart = UInt8(ascii: "{")
    static let mappingEnd = UInt8(ascii: "}")
    static let comment = UInt8(ascii: "#")
    static let anchor = UInt8(ascii: "&")
    static let alias = UInt8(ascii: "*")
    static let tag = UInt8(ascii: "!")
    static let literal = UInt8(ascii: "|")
    static let folded = UInt8(ascii: ">")
    static let singleQuote = UInt8(ascii: "'")
    static let doubleQuote = UInt8(ascii: "\"")
    static let directive = UInt8(ascii: "%")
    static let backslash = UInt8(ascii: "\\")

    static func isWhite(_ byte: UInt8) -> Bool { byte == space || byte == tab }
    static func isBreak(_ byte: UInt8) -> Bool { byte == lineFeed || byte == carriageReturn }
    static func isBlank(_ byte: UInt8) -> Bool { isWhite(byte) || isBreak(byte) }

    /// The brackets, braces and comma that end a plain scalar inside a flow collection.
    static func isFlowIndicator(_ byte: UInt8) -> Bool {
        byte == collectEntry || byte == sequenceStart || byte == sequenceEnd || byte == mappingStart
            || byte == mappingEnd
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    static func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || byte == sequenceEntry
    }
}
