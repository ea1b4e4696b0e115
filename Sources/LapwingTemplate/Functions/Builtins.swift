import LapwingText

/// The functions that every template may call.
///
/// Source: Go's text/template documentation, "Functions". `and`, `or` and `call` are executed without calling these,
/// since they do not evaluate all their arguments.
enum Builtins {
    static func function(named name: String) -> TemplateFunction? { table[name] }

    private static let table: [String: TemplateFunction] = [
        "and": TemplateFunction(.any, variadic: .any) { $0.last ?? .none },
        "or": TemplateFunction(.any, variadic: .any) { $0.last ?? .none },
        "call": TemplateFunction(.any, variadic: .any) { _ in .none },
        "not": TemplateFunction(.any) { .bool(!($0.first?.isTrue ?? false)) },
        "len": TemplateFunction(.any) { arguments throws(TemplateFunctionError) in
            .int(Int64(try length(arguments[0])))
        },
        "index": TemplateFunction(.any, variadic: .any) { arguments throws(TemplateFunctionError) in
            try index(arguments[0], arguments.dropFirst())
        },
        "slice": TemplateFunction(.any, variadic: .any) { arguments throws(TemplateFunctionError) in
            try slice(arguments[0], Array(arguments.dropFirst()))
        },
        "print": TemplateFunction(variadic: .any) { arguments throws(TemplateFunctionError) in
            .string(try printed { $0.appendAll(arguments) })
        },
        "println": TemplateFunction(variadic: .any) { arguments throws(TemplateFunctionError) in
            .string(try printed { $0.appendLine(arguments) })
        },
        "printf": TemplateFunction(.string, variadic: .any) { arguments throws(TemplateFunctionError) in
            .string(try printed { $0.appendFormatted(arguments.string(0), Array(arguments.dropFirst())) })
        },
        "html": TemplateFunction(variadic: .any) { arguments throws(TemplateFunctionError) in
            .string(Escaping.html(try joined(arguments)))
        },
        "js": TemplateFunction(variadic: .any) { arguments throws(TemplateFunctionError) in
            .string(Escaping.javaScript(try joined(arguments)))
        },
        "urlquery": TemplateFunction(variadic: .any) { arguments throws(TemplateFunctionError) in
            .string(PercentCoding.encode(try joined(arguments), plusIsSpace: true))
        },
        "eq": TemplateFunction(.any, variadic: .any) { arguments throws(TemplateFunctionError) in
            .bool(try Comparison.isEqual(arguments[0], toAnyOf: arguments.dropFirst()))
        },
        "ne": TemplateFunction(.any, .any) { arguments throws(TemplateFunctionError) in
            .bool(try !Comparison.isEqual(arguments[0], toAnyOf: arguments.dropFirst()))
        },
        "lt": TemplateFunction(.any, .any) { arguments throws(TemplateFunctionError) in
            .bool(try Comparison.isLess(arguments[0], arguments[1]))
        },
        "le": TemplateFunction(.any, .any) { arguments throws(TemplateFunctionError) in
            .bool(try Comparison.isLessOrEqual(arguments[0], arguments[1]))
        },
        "gt": TemplateFunction(.any, .any) { arguments throws(TemplateFunctionError) in
            .bool(try !Comparison.isLessOrEqual(arguments[0], arguments[1]))
        },
        "ge": TemplateFunction(.any, .any) { arguments throws(TemplateFunctionError) in
            .bool(try !Comparison.isLess(arguments[0], arguments[1]))
        },
    ]

    private static func printed(_ print: (inout GoPrinter) -> Void) throws(TemplateFunctionError) -> String {
        var printer = GoPrinter()
        print(&printer)
        if printer.isTooLong { throw TemplateFunctionError("more than \(printer.limit) bytes") }
        return String(decoding: printer.bytes, as: UTF8.self)
    }

    /// The arguments as `print` joins them; no value is written as an action would write it.
    private static func joined(_ arguments: [TemplateValue]) throws(TemplateFunctionError) -> String {
        if arguments.count == 1, case .string(let text) = arguments[0] { return text }
        return try printed { printer in
            printer.appendAll(arguments.map { if case .none = $0 { .string("<no value>") } else { $0 } })
        }
    }

    // MARK: Indexing

    private static func length(_ value: TemplateValue) throws(TemplateFunctionError) -> Int {
        switch value {
        case .string(let text): return text.utf8.count
        case .list(let values, _): return values.count
        case .map(let map): return map.entries.count
        case .none: throw TemplateFunctionError("len of nil pointer")
        default: throw TemplateFunctionError("len of type \(value.typeName)")
        }
    }

    private static func index(
        _ item: TemplateValue, _ indices: ArraySlice<TemplateValue>
    ) throws(TemplateFunctionError) -> TemplateValue {
        if case .none = item { throw TemplateFunctionError("index of untyped nil") }
        var value = item
        for index in indices {
            switch value {
            case .list(let values, _):
                let position = try position(index, limit: values.count)
                guard position < values.count else {
                    throw TemplateFunctionError("reflect: slice index out of range")
                }
                value = values[position]
            case .string(let text):
                let bytes = Array(text.utf8)
                let position = try position(index, limit: bytes.count)
                guard position < bytes.count else {
                    throw TemplateFunctionError("reflect: string index out of range")
                }
                value = .int(Int64(bytes[position]))
            case .map(let map):
                guard case .string(let key) = index else {
                    if case .none = index { throw TemplateFunctionError("value is nil; should be of type string") }
                    throw TemplateFunctionError("value has type \(index.typeName); should be string")
                }
                value = map[key] ?? map.zero
            case .none: throw TemplateFunctionError("index of nil pointer")
            default: throw TemplateFunctionError("can't index item of type \(value.typeName)")
            }
        }
        return value
    }

    private static func position(_ index: TemplateValue, limit: Int) throws(TemplateFunctionError) -> Int {
        switch index {
        case .int(let value):
            guard value >= 0, value <= limit else { throw TemplateFunctionError("index out of range: \(value)") }
            return Int(value)
        case .none: throw TemplateFunctionError("cannot index slice/array with nil")
        default: throw TemplateFunctionError("cannot index slice/array with type \(index.typeName)")
        }
    }

    private static func slice(
        _ item: TemplateValue, _ indices: [TemplateValue]
    ) throws(TemplateFunctionError) -> TemplateValue {
        if case .none = item { throw TemplateFunctionError("slice of untyped nil") }
        if indices.count > 3 { throw TemplateFunctionError("too many slice indexes: \(indices.count)") }
        let count: Int
        switch item {
        case .string(let text):
            if indices.count == 3 { throw TemplateFunctionError("cannot 3-index slice a string") }
            count = text.utf8.count
        case .list(let values, _): count = values.count
        default: throw TemplateFunctionError("can't slice item of type \(item.typeName)")
        }
        var bounds = [0, count]
        for (place, index) in indices.enumerated() {
            let position = try position(index, limit: count)
            if place < 2 { bounds[place] = position } else { bounds.append(position) }
        }
        if bounds[0] > bounds[1] { throw TemplateFunctionError("invalid slice index: \(bounds[0]) > \(bounds[1])") }
        if bounds.count == 3, bounds[1] > bounds[2] {
            throw TemplateFunctionError("invalid slice index: \(bounds[1]) > \(bounds[2])")
        }
        switch item {
        case .string(let text): return .string(String(decoding: Array(text.utf8)[bounds[0]..<bounds[1]], as: UTF8.self))
        case .list(let values, let type): return .list(Array(values[bounds[0]..<bounds[1]]), type: type)
        default: return .none
        }
    }
}
