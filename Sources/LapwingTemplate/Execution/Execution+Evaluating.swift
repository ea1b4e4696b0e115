import LapwingText

extension Execution {
    /// The value of a pipeline; variables that it declares are put on the stack.
    mutating func evaluate(pipeline id: NodeID, _ dot: TemplateValue) throws(TemplateError) -> TemplateValue {
        current = id
        try step()
        guard case .pipeline(let pipeline) = tree.nodes[id] else { return .none }
        try enter()
        defer { depth -= 1 }
        var value: TemplateValue?
        for command in pipeline.commands { value = try evaluate(command: command, dot, final: value) }
        let result = value ?? .none
        for name in pipeline.variables {
            if pipeline.isAssignment { try set(name, result) } else { variables.append((name, result)) }
        }
        return result
    }

    /// The value of a command; `final` is what the command before it in the pipeline gave.
    private mutating func evaluate(
        command id: NodeID, _ dot: TemplateValue, final: TemplateValue?
    ) throws(TemplateError) -> TemplateValue {
        guard case .command(let words) = tree.nodes[id], let first = words.first else { return .none }
        try step()
        switch tree.nodes[first] {
        case .field(let names):
            current = first
            return try evaluate(fields: names, of: dot, at: first, dot, words.dropFirst(), final)
        case .chain(let operand, let names):
            return try evaluate(chain: first, operand, names, dot, words.dropFirst(), final)
        case .function(let name):
            current = first
            return try evaluate(call: name, at: id, dot, words.dropFirst(), final)
        case .pipeline:
            try refuseArguments(words, final)
            return try evaluate(pipeline: first, dot)
        case .variable(let name, let names):
            current = first
            let value = try value(of: name)
            if names.isEmpty {
                try refuseArguments(words, final)
                return value
            }
            return try evaluate(fields: names, of: value, at: first, dot, words.dropFirst(), final)
        default: break
        }
        current = first
        try refuseArguments(words, final)
        return try literal(first, dot)
    }

    private func literal(_ id: NodeID, _ dot: TemplateValue) throws(TemplateError) -> TemplateValue {
        switch tree.nodes[id] {
        case .bool(let value): return .bool(value)
        case .dot: return dot
        case .none: throw failure("nil is not a command")
        case .number(let number): return try value(of: number)
        case .string(let text, _): return .string(text)
        default: throw failure("can't evaluate command \(GoQuote.quote(tree.text(of: id)))")
        }
    }

    private func refuseArguments(_ words: [NodeID], _ final: TemplateValue?) throws(TemplateError) {
        if words.count > 1 || final != nil {
            throw failure("can't give argument to non-function \(tree.text(of: words[0]))")
        }
    }

    /// A number where nothing says what type it should have.
    private func value(of number: Number) throws(TemplateError) -> TemplateValue {
        if number.isFloatByItself, let float = number.float { return .float(float) }
        if let integer = number.integer { return .int(integer) }
        throw failure("\(number.text) overflows int")
    }

    // MARK: Fields

    private mutating func evaluate(
        chain id: NodeID, _ operand: NodeID, _ names: [String], _ dot: TemplateValue, _ arguments: ArraySlice<NodeID>,
        _ final: TemplateValue?
    ) throws(TemplateError) -> TemplateValue {
        current = id
        let receiver = try evaluate(argument: operand, for: .any, dot)
        return try evaluate(fields: names, of: receiver, at: id, dot, arguments, final)
    }

    /// `.X.Y.Z`, of which the last may be a method with arguments.
    private mutating func evaluate(
        fields names: [String], of receiver: TemplateValue, at node: NodeID, _ dot: TemplateValue,
        _ arguments: ArraySlice<NodeID>, _ final: TemplateValue?
    ) throws(TemplateError) -> TemplateValue {
        var value = receiver
        for name in names.dropLast() { value = try evaluate(field: name, of: value, at: node, dot, [], nil) }
        return try evaluate(field: names[names.count - 1], of: value, at: node, dot, arguments, final)
    }

    private mutating func evaluate(
        field name: String, of receiver: TemplateValue, at node: NodeID, _ dot: TemplateValue,
        _ arguments: ArraySlice<NodeID>, _ final: TemplateValue?
    ) throws(TemplateError) -> TemplateValue {
        let hasArguments = !arguments.isEmpty || final != nil
        switch receiver {
        case .none:
            if missingKey == .error { throw failure("nil data; no entry for key \(GoQuote.quote(name))") }
            return .none
        case .map(let map):
            if hasArguments { throw failure("\(name) is not a method but has arguments") }
            if let value = map[name] { return value }
            switch missingKey {
            case .invalid: return .none
            case .zero: return map.zero
            case .error: throw failure("map has no entry for key \(GoQuote.quote(name))")
            }
        case .object(let object):
            switch object.member(name) {
            case .field(let value):
                if hasArguments { throw failure("\(name) has arguments but cannot be invoked as function") }
                return value
            case .method(let method):
                return try call(method, named: name, at: node, dot, arguments, final)
            case nil: break
            }
        default: break
        }
        throw failure("can't evaluate field \(name) in type \(receiver.typeName)")
    }

    // MARK: Arguments

    /// An argument, converted to the parameter's type when it is a literal and checked when it is not.
    mutating func evaluate(
        argument id: NodeID, for parameter: TemplateFunction.Parameter, _ dot: TemplateValue
    ) throws(TemplateError) -> TemplateValue {
        current = id
        try step()
        switch tree.nodes[id] {
        case .dot: return try check(dot, parameter)
        case .none:
            if parameter.isNillable { return .none }
            throw failure("cannot assign nil to \(parameter.typeName)")
        case .field(let names): return try check(try evaluate(fields: names, of: dot, at: id, dot, [], nil), parameter)
        case .variable(let name, let names):
            var result = try value(of: name)
            if !names.isEmpty { result = try evaluate(fields: names, of: result, at: id, dot, [], nil) }
            return try check(result, parameter)
        case .pipeline: return try check(try evaluate(pipeline: id, dot), parameter)
        case .function(let name): return try check(try evaluate(call: name, at: id, dot, [], nil), parameter)
        case .chain(let operand, let names):
            return try check(try evaluate(chain: id, operand, names, dot, [], nil), parameter)
        default: return try literal(id, for: parameter, dot)
        }
    }

    private func literal(
        _ id: NodeID, for parameter: TemplateFunction.Parameter, _ dot: TemplateValue
    ) throws(TemplateError) -> TemplateValue {
        let node = tree.nodes[id]
        switch (parameter, node) {
        case (.any, _): return try literal(id, dot)
        case (.bool, .bool(let value)): return .bool(value)
        case (.string, .string(let text, _)): return .string(text)
        case (.integer, .number(let number)): if let value = number.integer { return .int(value) }
        case (.float, .number(let number)): if let value = number.float { return .float(value) }
        // Of Go's kinds a span of time is a whole number, of nanoseconds.
        case (.named(TemplateDuration.typeName), .number(let number)):
            if let value = number.integer { return .object(TemplateDuration(nanoseconds: value)) }
        case (.named(let type), _), (.nillable(let type), _):
            throw failure("can't handle \(tree.text(of: id)) for arg of type \(type)")
        default: break
        }
        let expected = parameter == .integer || parameter == .named(TemplateDuration.typeName) ? "integer" : parameter == .float ? "float" : parameter.typeName
        throw failure("expected \(expected); found \(tree.text(of: id))")
    }

    func check(
        _ value: TemplateValue, _ parameter: TemplateFunction.Parameter
    ) throws(TemplateError) -> TemplateValue {
        switch (parameter, value) {
        case (.any, _), (.bool, .bool), (.integer, .int), (.float, .float), (.string, .string): return value
        case (_, .none):
            if parameter.isNillable { return value }
            throw failure("invalid value; expected \(parameter.typeName)")
        case (.named(let type), _) where value.typeName == type: return value
        case (.nillable(let type), _) where value.typeName == type: return value
        default:
            throw failure("wrong type for value; expected \(parameter.typeName); got \(value.typeName)")
        }
    }
}
