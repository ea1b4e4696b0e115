/// Go's `eq`, `lt` and their kin: only values of the same basic kind compare.
enum Comparison {
    private static let wrongType = TemplateFunctionError("invalid type for comparison")
    private static let unlikeTypes = TemplateFunctionError("incompatible types for comparison")

    /// Whether the first equals any of the others.
    static func isEqual(
        _ first: TemplateValue, toAnyOf others: ArraySlice<TemplateValue>
    ) throws(TemplateFunctionError) -> Bool {
        if others.isEmpty { throw TemplateFunctionError("missing argument for comparison") }
        for other in others where try isEqual(first, other) { return true }
        return false
    }

    private static func isEqual(_ a: TemplateValue, _ b: TemplateValue) throws(TemplateFunctionError) -> Bool {
        switch (a, b) {
        case (.bool(let a), .bool(let b)): return a == b
        case (.int(let a), .int(let b)): return a == b
        case (.float(let a), .float(let b)): return a == b
        case (.string(let a), .string(let b)): return a.utf8.elementsEqual(b.utf8)
        case (.none, .none): return true
        case (.none, .bool), (.none, .int), (.none, .float), (.none, .string), (.bool, .none), (.int, .none),
            (.float, .none), (.string, .none):
            return false
        case (.list, .none), (.map, .none), (.object, .none), (.none, .list), (.none, .map), (.none, .object):
            return false
        case (.list, .list), (.list, .map), (.list, .object), (.map, .list), (.map, .map), (.map, .object),
            (.object, .list), (.object, .map), (.object, .object):
            throw TemplateFunctionError("non-comparable type \(GoPrinter.text(a)): \(a.typeName)")
        default: throw unlikeTypes
        }
    }

    static func isLess(_ a: TemplateValue, _ b: TemplateValue) throws(TemplateFunctionError) -> Bool {
        switch (a, b) {
        case (.int(let a), .int(let b)): return a < b
        case (.float(let a), .float(let b)): return a < b
        case (.string(let a), .string(let b)): return a.utf8.lexicographicallyPrecedes(b.utf8)
        default: break
        }
        guard isBasic(a), isBasic(b) else { throw wrongType }
        if case .bool = a, case .bool = b { throw wrongType }
        throw unlikeTypes
    }

    static func isLessOrEqual(_ a: TemplateValue, _ b: TemplateValue) throws(TemplateFunctionError) -> Bool {
        if try isLess(a, b) { return true }
        return try isEqual(a, b)
    }

    private static func isBasic(_ value: TemplateValue) -> Bool {
        switch value {
        case .bool, .int, .float, .string: true
        default: false
        }
    }
}
