/// Header fields in the order in which they were written; names compare without regard to ASCII case, and may repeat
/// (RFC 9110, section 5).
public struct HTTPHeaders: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    public struct Field: Sendable, Hashable {
        public let name: String
        public let value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public private(set) var fields: [Field]

    public init(_ fields: [Field] = []) { self.fields = fields }

    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field(name: $0.0, value: $0.1) }
    }

    public var isEmpty: Bool { fields.isEmpty }
    public var count: Int { fields.count }

    /// The first value under `name`; setting replaces every field of that name, and nil removes them.
    ///
    /// - Complexity: O(fields).
    public subscript(name: String) -> String? {
        get { fields.first { Self.isSame($0.name, name) }?.value }
        set {
            let place = fields.firstIndex { Self.isSame($0.name, name) }
            fields.removeAll { Self.isSame($0.name, name) }
            guard let newValue else { return }
            fields.insert(Field(name: name, value: newValue), at: min(place ?? fields.count, fields.count))
        }
    }

    public func contains(_ name: String) -> Bool { fields.contains { Self.isSame($0.name, name) } }

    /// Every value under `name`, in order.
    public func values(of name: String) -> [String] {
        fields.filter { Self.isSame($0.name, name) }.map(\.value)
    }

    /// The members of the comma-separated lists under `name`, trimmed and without empty ones (RFC 9110, section 5.6.1).
    public func list(of name: String) -> [String] {
        values(of: name).flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }.compactMap { member in
            let trimmed = HTTPCharacters.trimmed(member)
            return trimmed.isEmpty ? nil : String(decoding: trimmed, as: UTF8.self)
        }
    }

    /// Whether a list under `name` has the member `token`, in any case.
    func hasToken(_ token: String, in name: String) -> Bool {
        contains(name) && list(of: name).contains { Self.isSame($0, token) }
    }

    /// Appends a field, keeping others of the same name.
    public mutating func add(_ name: String, _ value: String) { fields.append(Field(name: name, value: value)) }

    public mutating func remove(_ name: String) { fields.removeAll { Self.isSame($0.name, name) } }

    /// Whether two names are equal but for ASCII case.
    static func isSame(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        var others = right.utf8.makeIterator()
        for byte in left.utf8 {
            guard let other = others.next() else { return false }
            if byte != other, HTTPCharacters.lowercased(byte) != HTTPCharacters.lowercased(other) { return false }
        }
        return true
    }
}
