public import LapwingText

/// The fields of one mapping, read by name, with everything that is wrong gathered instead of thrown.
///
/// What a scalar means is decided by the field, as in Go's YAML libraries: `for: 5` is the text `5` where text is asked
/// for. A field that is null counts as absent.
public struct YAMLFields: Sendable {
    public let range: SourceRange
    private let mapping: YAMLMapping
    /// Of the entries, in their order; nil where a key is no text.
    private let names: [String?]
    /// What the mapping is, for messages: `a rule group`.
    private let kind: String

    /// Takes the mapping of `node`, and reports every field that is not among `known` with the nearest that is.
    ///
    /// - Returns: nil, reported, when `node` is no mapping.
    public init?(_ node: YAMLNode, kind: String, known: [String], _ problems: inout [Diagnostic]) {
        let kind = ("aeio".contains(kind.prefix(1)) ? "an " : "a ") + kind
        guard let mapping = node.mapping else {
            problems.append(Diagnostic("expected \(kind), which is a mapping, and found \(node.kindName)", at: node.range))
            return nil
        }
        range = node.range
        self.mapping = mapping
        self.kind = kind
        names = mapping.entries.map { $0.key.scalar?.text }
        for (index, name) in names.enumerated() {
            if let name, known.contains(name) { continue }
            let entry = mapping.entries[index]
            let help = name.flatMap { Spelling.nearest(to: $0, in: known) }.map { "did you mean \"\($0)\"?" }
            problems.append(
                Diagnostic(
                    "field \(name.map(GoQuote.quote) ?? entry.key.kindName) is not known in \(kind)",
                    at: entry.key.range, help: help ?? "known are \(known.joined(separator: ", "))",
                    check: "unknown-field"))
        }
    }

    /// The value of a field that is there and not null.
    public func node(_ name: String) -> YAMLNode? {
        guard let index = names.firstIndex(of: name) else { return nil }
        let value = mapping.entries[index].value
        return value.isNull ? nil : value
    }

    /// Where a field's name stands; the whole mapping when it is absent.
    public func keyRange(_ name: String) -> SourceRange { names.firstIndex(of: name).map { mapping.entries[$0].key.range } ?? range }

    /// Where every field's name and value stand, in the order of the source.
    public var places: [(name: String, key: SourceRange, value: SourceRange)] {
        zip(names, mapping.entries).compactMap { name, entry in name.map { ($0, entry.key.range, entry.value.range) } }
    }

    /// A field's scalar.
    public func scalar(_ name: String, _ problems: inout [Diagnostic]) -> YAMLScalar? {
        guard let value = node(name) else { return nil }
        guard let scalar = value.scalar else {
            problems.append(
                Diagnostic("field \"\(name)\" of \(kind) is a single value, and \(value.kindName) was found", at: value.range, help: value.quoting))
            return nil
        }
        return scalar
    }

    public func text(_ name: String, _ problems: inout [Diagnostic]) -> String? { scalar(name, &problems)?.text }

    public func integer(_ name: String, _ problems: inout [Diagnostic]) -> Int? {
        guard let scalar = scalar(name, &problems), let value = node(name) else { return nil }
        if let integer = scalar.wholeNumber.flatMap(Int.init(exactly:)) { return integer }
        problems.append(Diagnostic("field \"\(name)\" of \(kind) is a whole number, not \(GoQuote.quote(scalar.text))", at: value.range))
        return nil
    }

    public func number(_ name: String, _ problems: inout [Diagnostic]) -> Double? {
        guard let scalar = scalar(name, &problems), let value = node(name) else { return nil }
        if let number = scalar.double ?? scalar.integer.map(Double.init) { return number }
        problems.append(Diagnostic("field \"\(name)\" of \(kind) is a number, not \(GoQuote.quote(scalar.text))", at: value.range))
        return nil
    }

    public func bool(_ name: String, _ problems: inout [Diagnostic]) -> Bool? {
        guard let scalar = scalar(name, &problems), let value = node(name) else { return nil }
        if let bool = scalar.bool { return bool }
        problems.append(Diagnostic("field \"\(name)\" of \(kind) is true or false, not \(GoQuote.quote(scalar.text))", at: value.range))
        return nil
    }

    /// A field's duration in Prometheus' notation.
    public func duration(_ name: String, _ problems: inout [Diagnostic]) -> Duration? {
        guard let scalar = scalar(name, &problems), let value = node(name) else { return nil }
        do {
            return .milliseconds(try PrometheusDuration.milliseconds(scalar.text))
        } catch {
            problems.append(
                Diagnostic(
                    "field \"\(name)\" of \(kind): \(error)", at: value.range,
                    help: "durations are written like 30s, 5m, 1h30m"))
            return nil
        }
    }

    /// A field's duration that is longer than none.
    public func positiveDuration(_ name: String, _ problems: inout [Diagnostic]) -> Duration? {
        guard let duration = duration(name, &problems) else { return nil }
        if duration > .zero { return duration }
        problems.append(Diagnostic("\(name) cannot be zero", at: node(name)?.range ?? range, check: "config/value"))
        return nil
    }

    /// A field's list; empty when it is absent.
    public func list(_ name: String, _ problems: inout [Diagnostic]) -> [YAMLNode] {
        guard let value = node(name) else { return [] }
        guard let items = value.sequence else {
            problems.append(Diagnostic("field \"\(name)\" of \(kind) is a list, and \(value.kindName) was found", at: value.range))
            return []
        }
        return items
    }

    /// A field's list of single values, each with its place; empty when it is absent.
    public func texts(_ name: String, _ problems: inout [Diagnostic]) -> [(text: String, range: SourceRange)] {
        var texts: [(text: String, range: SourceRange)] = []
        for item in list(name, &problems) {
            if let scalar = item.scalar, !item.isNull {
                texts.append((scalar.text, item.range))
            } else {
                problems.append(Diagnostic("\"\(name)\" of \(kind) lists single values, and \(item.kindName) was found", at: item.range))
            }
        }
        return texts
    }

    /// A field's mapping of names to single values, in the order of the source; empty when it is absent. A value that is null is an
    /// empty text, as Go's libraries have it, however null is written.
    public func pairs(_ name: String, _ problems: inout [Diagnostic]) -> [(key: YAMLNode, name: String, value: YAMLNode)] {
        guard let value = node(name) else { return [] }
        guard let mapping = value.mapping else {
            problems.append(Diagnostic("field \"\(name)\" of \(kind) is a mapping, and \(value.kindName) was found", at: value.range))
            return []
        }
        return mapping.entries.compactMap { entry in
            guard let key = entry.key.scalar, entry.value.scalar != nil else {
                problems.append(
                    Diagnostic(
                        "\"\(name)\" of \(kind) maps names to single values, and \(entry.value.kindName) was found", at: entry.value.range,
                        help: entry.value.quoting))
                return nil
            }
            return (entry.key, key.text, entry.value.isNull ? .nothing(at: entry.value.range) : entry.value)
        }
    }
}

extension YAMLScalar {
    /// As Go's libraries read one where a whole number is asked for: `5.0`, `1e2` and `1_000` as well.
    fileprivate var wholeNumber: Int64? {
        if let integer { return integer }
        if let double { return Int64(exactly: double) }
        guard style == .plain, text.contains("_"), text.first != "_" else { return nil }
        let digits = text.filter { $0 != "_" }
        return digits.utf8.dropFirst(digits.hasPrefix("-") ? 1 : 0).allSatisfy { $0 &- 0x30 <= 9 } ? Int64(digits) : nil
    }
}

extension YAMLNode {
    /// What to do where a single value should stand and brackets or braces do, as those of a template do.
    fileprivate var quoting: String? { isFlow ? "a text that begins with a bracket or brace has to be quoted" : nil }
}
