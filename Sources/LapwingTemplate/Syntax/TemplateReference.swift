public import LapwingText

/// What a template asks of the data that it is executed with: `.Labels.job`, `$labels.job`, `index $labels "job"`.
public struct TemplateReference: Sendable, Hashable {
    /// `.` for the data itself, or the variable's name with its dollar sign.
    public var root: String
    /// The fields and keys asked for, outermost first.
    public var path: [String]
    /// Bytes of the template's text.
    public var range: SourceRange
}

/// A function that a template calls with a text as its first argument: `query "up"`.
public struct TemplateCall: Sendable, Hashable {
    public var function: String
    public var text: String
    /// The text in its quotes, as bytes of the template's text.
    public var range: SourceRange
}

extension SyntaxTree {
    /// References whose meaning does not depend on where in the template they stand: to a variable that it never sets, and to the dot
    /// outside `range`, `with` and other templates.
    func references(from root: NodeID) -> [TemplateReference] {
        var walk = ReferenceWalk(tree: self)
        walk.visit(root, dotIsData: true)
        return walk.references.filter { !walk.assigned.contains($0.root) }
    }

    /// The calls of functions with a text first.
    var calls: [TemplateCall] {
        nodes.compactMap { node in
            guard case .command(let words) = node, words.count > 1, case .function(let function) = nodes[words[0]],
                case .string(let text, _) = nodes[words[1]]
            else { return nil }
            return TemplateCall(function: function, text: text, range: ranges[words[1]])
        }
    }
}

extension SyntaxTree {
    /// How often a function stands in it.
    func count(ofFunction name: String) -> Int {
        nodes.count { if case .function(let function) = $0 { function == name } else { false } }
    }

    /// The names of all functions that are called.
    var functions: Set<String> { Set(nodes.compactMap { if case .function(let name) = $0 { name } else { nil } }) }

    /// Whether anything may look at a field of the data, or at the variable that stands for it; a dot by itself may be the data.
    func mayRead(field: String, variable: String) -> Bool {
        nodes.contains { node in
            switch node {
            case .dot: true
            case .field(let names), .chain(_, let names): names.contains(field)
            case .variable(let name, let fields): name == variable || fields.contains(field) || name == "$" && fields.isEmpty
            case .sequence, .text, .action, .branch, .template, .breakLoop, .continueLoop, .pipeline, .command, .function, .none, .bool, .number, .string:
                false
            }
        }
    }
}

private struct ReferenceWalk {
    let tree: SyntaxTree
    var references: [TemplateReference] = []
    /// Variables that the template itself gives a value.
    var assigned: Set<String> = []

    mutating func visit(_ id: NodeID, dotIsData: Bool) {
        switch tree.nodes[id] {
        case .sequence(let children): for child in children { visit(child, dotIsData: dotIsData) }
        case .action(let pipeline): visit(pipeline, dotIsData: dotIsData)
        case .branch(let branch):
            visit(branch.pipeline, dotIsData: dotIsData)
            visit(branch.body, dotIsData: dotIsData && branch.control == .if)
            if let otherwise = branch.otherwise { visit(otherwise, dotIsData: dotIsData) }
        case .template(_, let argument): if let argument { visit(argument, dotIsData: dotIsData) }
        case .pipeline(let pipeline):
            assigned.formUnion(pipeline.variables)
            for command in pipeline.commands { visit(command, dotIsData: dotIsData) }
        case .command(let words): visit(words, dotIsData: dotIsData)
        case .field(let names): if dotIsData { references.append(TemplateReference(root: ".", path: names, range: tree.ranges[id])) }
        case .variable(let name, let fields): references.append(TemplateReference(root: name, path: fields, range: tree.ranges[id]))
        case .dot: if dotIsData { references.append(TemplateReference(root: ".", path: [], range: tree.ranges[id])) }
        case .chain(let operand, _): visit(operand, dotIsData: dotIsData)
        case .text, .breakLoop, .continueLoop, .function, .none, .bool, .number, .string: break
        }
    }

    /// `index X "a" "b"` is the same as fields.
    private mutating func visit(_ words: [NodeID], dotIsData: Bool) {
        let before = references.count
        for word in words { visit(word, dotIsData: dotIsData) }
        guard case .function("index")? = words.first.map({ tree.nodes[$0] }), words.count > 2, references.count == before + 1 else { return }
        var keys: [String] = []
        for word in words.dropFirst(2) {
            guard case .string(let key, _) = tree.nodes[word] else { return }
            keys.append(key)
        }
        references[before].path += keys
        references[before].range = tree.ranges[words[0]].union(tree.ranges[words[words.count - 1]])
    }
}
