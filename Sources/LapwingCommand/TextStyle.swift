/// How text for a person is laid out: as wide as the terminal, and coloured where that may be.
struct TextStyle: Sendable {
    var width: Int
    var isColored: Bool

    /// As a terminal's escape sequences number them.
    enum Color: Int {
        case faint = 2
        case red = 31
        case green = 32
        case yellow = 33
        case cyan = 36
    }

    /// That of standard output.
    static var console: TextStyle { TextStyle(width: Console.width, isColored: Console.isColored) }

    func colored(_ text: String, _ color: Color) -> String { isColored && !text.isEmpty ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text }
}
