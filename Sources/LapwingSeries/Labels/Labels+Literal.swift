extension Labels: ExpressibleByDictionaryLiteral {
    /// Labels as they are written in code: `["path": "/"]`.
    public init(dictionaryLiteral pairs: (String, String)...) { self.init(pairs.map { Label(name: $0, value: $1) }) }

    public init(_ pairs: [String: String]) { self.init(pairs.map { Label(name: $0.key, value: $0.value) }) }
}
