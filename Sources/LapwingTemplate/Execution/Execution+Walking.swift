import LapwingText

extension Execution {
    /// Executes a node for its output.
    mutating func walk(_ dot: TemplateValue, _ id: NodeID) throws(TemplateError) -> Flow {
        current = id
        try step()
        switch tree.nodes[id] {
        case .sequence(let children):
            try enter()
            defer { depth -= 1 }
            for child in children {
                let flow = try walk(dot, child)
                if flow != .onward { return flow }
            }
        case .text(let bytes): try write(bytes)
        case .action(let pipeline):
            // Variables that an action declares stay until the end of the control structure around it.
            let value = try evaluate(pipeline: pipeline, dot)
            if case .pipeline(let node) = tree.nodes[pipeline], node.variables.isEmpty {
                current = id
                try print(value)
            }
        case .branch(let branch):
            let scope = variables.count
            defer { variables.removeSubrange(min(scope, variables.count)...) }
            return branch.control == .range ? try walkRange(dot, branch) : try walkCondition(dot, branch)
        case .template(let name, let argument): try call(name, argument, dot)
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        default: throw failure("unknown node: \(tree.text(of: id))")
        }
        return .onward
    }

    private mutating func walkCondition(_ dot: TemplateValue, _ branch: Node.Branch) throws(TemplateError) -> Flow {
        let value = try evaluate(pipeline: branch.pipeline, dot)
        tell(branch, isBody: value.isTrue)
        if value.isTrue { return try walk(branch.control == .with ? value : dot, branch.body) }
        guard let otherwise = branch.otherwise else { return .onward }
        return try walk(dot, otherwise)
    }

    private mutating func walkRange(_ dot: TemplateValue, _ branch: Node.Branch) throws(TemplateError) -> Flow {
        let value = try evaluate(pipeline: branch.pipeline, dot)
        guard case .pipeline(let pipeline) = tree.nodes[branch.pipeline] else { return .onward }
        switch value {
        case .list(let values, _):
            for (index, element) in values.enumerated() {
                if try iterate(.int(Int64(index)), element, pipeline, branch) { return .onward }
            }
            if !values.isEmpty { return .onward }
        case .map(let map):
            for entry in map.entries {
                if try iterate(.string(entry.key), entry.value, pipeline, branch) { return .onward }
            }
            if !map.entries.isEmpty { return .onward }
        case .int(let count):
            if pipeline.variables.count > 1 {
                throw failure("can't use \(count) to iterate over more than one variable")
            }
            var number: Int64 = 0
            while number < count {
                if try iterate(.int(number), .int(number), pipeline, branch) { return .onward }
                number += 1
            }
            if count > 0 { return .onward }
        case .none: break
        default: throw failure("range can't iterate over \(GoPrinter.text(value))")
        }
        tell(branch, isBody: false)
        guard let otherwise = branch.otherwise else { return .onward }
        return try walk(dot, otherwise)
    }

    private func tell(_ branch: Node.Branch, isBody: Bool) {
        library.onBranch?(TemplateBranch(condition: tree.condition(of: branch), isBody: isBody))
    }

    /// One turn of a range; true when a break ended the loop.
    private mutating func iterate(
        _ key: TemplateValue, _ element: TemplateValue, _ pipeline: Node.Pipeline, _ branch: Node.Branch
    ) throws(TemplateError) -> Bool {
        tell(branch, isBody: true)
        let mark = variables.count
        let names = pipeline.variables
        if pipeline.isAssignment {
            if names.count == 2 {
                try set(names[0], key)
                try set(names[1], element)
            } else if let name = names.first {
                try set(name, element)
            }
        } else if names.count == 2 {
            variables[mark - 2].value = key
            variables[mark - 1].value = element
        } else if names.count == 1 {
            variables[mark - 1].value = element
        }
        let flow = try walk(element, branch.body)
        variables.removeSubrange(mark...)
        return flow == .breakLoop
    }

    /// Executes a defined template, which sees no variable but `$`, its argument.
    private mutating func call(_ callee: String, _ argument: NodeID?, _ dot: TemplateValue) throws(TemplateError) {
        guard let definition = definitions[callee] else {
            throw failure("template \(GoQuote.quote(callee)) not defined")
        }
        var data = TemplateValue.none
        if let argument { data = try evaluate(pipeline: argument, dot) }
        let outer = (tree, name, variables)
        (tree, name, variables) = (definition.tree, callee, [("$", data)])
        _ = try walk(data, definition.root)
        (tree, name, variables) = outer
    }

    private mutating func print(_ value: TemplateValue) throws(TemplateError) {
        switch value {
        case .string(let text): output.append(contentsOf: text.utf8)
        case .none: output.append(contentsOf: "<no value>".utf8)
        default:
            var printer = GoPrinter(limit: limits.outputBytes)
            printer.append(value, verb: "v")
            output.append(contentsOf: printer.bytes)
        }
        try checkOutput()
    }
}
