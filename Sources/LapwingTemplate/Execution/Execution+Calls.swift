import LapwingText

extension Execution {
    /// A call of a function by name; `at` is the node that an error of the function itself names.
    mutating func evaluate(
        call name: String, at node: NodeID, _ dot: TemplateValue, _ arguments: ArraySlice<NodeID>,
        _ final: TemplateValue?
    ) throws(TemplateError) -> TemplateValue {
        if let function = library.function(named: name) {
            return try call(function, named: name, at: node, dot, arguments, final)
        }
        switch name {
        case "and": return try shortCircuit(name, until: false, dot, arguments, final)
        case "or": return try shortCircuit(name, until: true, dot, arguments, final)
        case "call": return try callValue(node, dot, arguments, final)
        default: break
        }
        guard let function = Builtins.function(named: name) else {
            throw failure("\(GoQuote.quote(name)) is not a defined function")
        }
        return try call(function, named: name, at: node, dot, arguments, final)
    }

    mutating func call(
        _ function: TemplateFunction, named name: String, at node: NodeID, _ dot: TemplateValue,
        _ arguments: ArraySlice<NodeID>, _ final: TemplateValue?
    ) throws(TemplateError) -> TemplateValue {
        let count = arguments.count + (final == nil ? 0 : 1)
        let wanted = function.parameters.count
        if function.variadic != nil ? count < wanted : count != wanted {
            let got = function.variadic != nil ? "at least \(wanted) got \(arguments.count)" : "\(wanted) got \(count)"
            throw failure("wrong number of args for \(name): want \(got)")
        }
        var values: [TemplateValue] = []
        values.reserveCapacity(count)
        for argument in arguments {
            values.append(try evaluate(argument: argument, for: function.parameter(at: values.count), dot))
        }
        if let final { values.append(try check(final, function.parameter(at: values.count))) }
        do throws(TemplateFunctionError) {
            let result = try function.body(values)
            // A long text is long work: a loop that makes one each time runs into the limit of steps.
            if case .string(let text) = result { steps += text.utf8.count >> 6 }
            return result
        } catch {
            current = node
            throw failure("error calling \(name): \(error.message)")
        }
    }

    /// `and` and `or`: the first argument whose truth settles it, or the last; those behind it are not evaluated.
    private mutating func shortCircuit(
        _ name: String, until truth: Bool, _ dot: TemplateValue, _ arguments: ArraySlice<NodeID>,
        _ final: TemplateValue?
    ) throws(TemplateError) -> TemplateValue {
        guard !arguments.isEmpty || final != nil else {
            throw failure("wrong number of args for \(name): want at least 1 got 0")
        }
        var value = TemplateValue.none
        for argument in arguments {
            value = try evaluate(argument: argument, for: .any, dot)
            if value.isTrue == truth { return value }
        }
        return final ?? value
    }

    /// `call`: no value here is a function, so that it can only say what it was given.
    private mutating func callValue(
        _ node: NodeID, _ dot: TemplateValue, _ arguments: ArraySlice<NodeID>, _ final: TemplateValue?
    ) throws(TemplateError) -> TemplateValue {
        let callee: (name: String, value: TemplateValue)
        if let first = arguments.first {
            callee = (tree.text(of: first), try evaluate(argument: first, for: .any, dot))
        } else if let final {
            // What comes through a pipeline has no text of its own: as Go's `reflect.Value` names itself.
            if case .string(let text) = final { callee = (text, final) } else { callee = ("<\(final.typeName) Value>", final) }
        } else {
            throw failure("wrong number of args for call: want at least 1 got 0")
        }
        current = node
        if case .none = callee.value { throw failure("error calling call: call of nil") }
        throw failure("error calling call: non-function \(callee.name) of type \(callee.value.typeName)")
    }
}
