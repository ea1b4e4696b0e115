import LapwingText

/// Named values in the order in which they were given; a name may have several.
public struct HTTPParameters: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    public struct Item: Sendable, Equatable {
        public let name: String
        public let value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public private(set) var items: [Item]

    public init(_ items: [Item] = []) { self.items = items }

    public init(dictionaryLiteral elements: (String, String)...) {
        items = elements.map { Item(name: $0.0, value: $0.1) }
    }

    public var isEmpty: Bool { items.isEmpty }

    /// The first value under `name`, as Go's `FormValue` gives it but for absence, which is nil here.
    public subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    public func values(of name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    public mutating func add(_ name: String, _ value: String) { items.append(Item(name: name, value: value)) }

    /// The items as `application/x-www-form-urlencoded` text.
    public var formText: String {
        items.map { PercentCoding.encode($0.name) + "=" + PercentCoding.encode($0.value) }.joined(separator: "&")
    }
}

/// What is wrong with a form; the texts are Go's, which Prometheus' clients have seen.
public enum HTTPFormError: Error, Equatable, CustomStringConvertible {
    case badEscape(String)
    case semicolon
    case tooManyItems(limit: Int)

    public var description: String {
        switch self {
        case .badEscape(let text): "invalid URL escape \"\(text)\""
        case .semicolon: "invalid semicolon separator in query"
        case .tooManyItems(let limit): "too many parameters: at most \(limit) are read"
        }
    }
}

extension HTTPParameters {
    /// The most items that one form may have.
    static let maxItems = 100_000

    /// Reads `a=1&b=2` as Go's `url.ParseQuery` does: an item without `=` has an empty value, empty items are skipped.
    ///
    /// - Throws: the first fault, as Go reports it.
    public init(formText text: String) throws(HTTPFormError) {
        var fault: HTTPFormError?
        self.init(readableIn: text, &fault)
        if let fault { throw fault }
    }

    /// The items that can be read, as Go's `ParseQuery` goes on behind an item that cannot.
    ///
    /// - Parameter fault: gets the first fault, unless there is one already.
    init(readableIn text: String, _ fault: inout HTTPFormError?) {
        items = []
        for part in text.utf8.split(separator: UInt8(ascii: "&")) {
            if items.count == Self.maxItems {
                fault = .tooManyItems(limit: Self.maxItems)
                return
            }
            do throws(HTTPFormError) {
                items.append(try Self.item(part))
            } catch {
                fault = fault ?? error
            }
        }
    }

    private static func item(_ part: Substring.UTF8View) throws(HTTPFormError) -> Item {
        if part.contains(UInt8(ascii: ";")) { throw .semicolon }
        let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
        let value = equals < part.endIndex ? part[part.index(after: equals)...] : part[part.endIndex...]
        return Item(name: try decoded(part[..<equals]), value: try decoded(value))
    }

    private static func decoded(_ text: Substring.UTF8View) throws(HTTPFormError) -> String {
        if let decoded = PercentCoding.decode(text, plusIsSpace: true) { return decoded }
        throw .badEscape(Self.firstBadEscape(in: text))
    }

    private static func firstBadEscape(in text: Substring.UTF8View) -> String {
        var rest = text
        while let percent = rest.firstIndex(of: UInt8(ascii: "%")) {
            let escape = rest[percent...].prefix(3)
            if escape.count < 3 || escape.dropFirst().contains(where: { Hexadecimal.digit($0) == nil }) {
                return String(decoding: escape, as: UTF8.self)
            }
            rest = rest[escape.endIndex...]
        }
        return String(decoding: text, as: UTF8.self)
    }
}
