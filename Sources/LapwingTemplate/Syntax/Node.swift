import LapwingText

/// An index into the nodes of a `SyntaxTree`.
typealias NodeID = Int

/// One construct of a template; children are indices, so that a position in the tree is one integer.
enum Node: Sendable {
    case sequence([NodeID])
    case text([UInt8])
    case action(pipeline: NodeID)
    case branch(Branch)
    case template(name: String, argument: NodeID?)
    case breakLoop
    case continueLoop
    case pipeline(Pipeline)
    case command([NodeID])
    /// `.X.Y`.
    case field([String])
    /// `$x.Y`: the variable's name with its dollar sign, then fields.
    case variable(name: String, fields: [String])
    /// Fields of what is no field or variable: `(query "up").Labels`.
    case chain(NodeID, fields: [String])
    /// A function's name.
    case function(String)
    case dot
    case none
    case bool(Bool)
    case number(Number)
    /// A string, and its text in the source.
    case string(String, quoted: String)

    enum Control: String, Sendable { case `if`, range, with }

    struct Branch: Sendable {
        var control: Control
        var pipeline: NodeID
        var body: NodeID
        var otherwise: NodeID?
    }

    struct Pipeline: Sendable {
        /// The variables before `:=` or `=`.
        var variables: [String]
        var isAssignment: Bool
        var commands: [NodeID]
    }
}

/// The nodes of one source text, and where they stand in it.
final class SyntaxTree: Sendable {
    let name: String
    let source: [UInt8]
    /// The column that messages give the first byte of the first line.
    let firstColumn: Int
    let nodes: [Node]
    /// The byte that Go's messages count from, which in a chain of fields is not the first.
    let positions: [Int]
    let ranges: [SourceRange]

    init(
        name: String, source: [UInt8], firstColumn: Int = 0, nodes: [Node], positions: [Int], ranges: [SourceRange]
    ) {
        self.name = name
        self.source = source
        self.firstColumn = firstColumn
        self.nodes = nodes
        self.positions = positions
        self.ranges = ranges
    }

    /// `NAME:LINE:COLUMN` of a node; the line from 1, the column in bytes from 0, as Go counts.
    func location(of id: NodeID) -> String {
        let before = source[..<min(max(positions[id], 0), source.count)]
        let line = before.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? -firstColumn
        return "\(name):\(line):\(before.count - lineStart)"
    }

    /// A node in canonical form, as error messages show it.
    /// What decides a branch, as it is printed.
    func condition(of branch: Node.Branch) -> String { "\(branch.control.rawValue) \(text(of: branch.pipeline))" }

    /// Every way that the tree's branches can go, in the order of the text.
    var branches: [TemplateBranch] {
        nodes.flatMap { node -> [TemplateBranch] in
            guard case .branch(let branch) = node else { return [] }
            return [true, false].map { TemplateBranch(condition: condition(of: branch), isBody: $0) }
        }
    }

    func text(of id: NodeID) -> String {
        switch nodes[id] {
        case .sequence(let children): return children.map(text).joined()
        case .text(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .action(let pipeline): return "{{\(text(of: pipeline))}}"
        case .branch(let branch):
            let otherwise = branch.otherwise.map { "{{else}}" + text(of: $0) } ?? ""
            let head = "{{\(branch.control.rawValue) \(text(of: branch.pipeline))}}"
            return head + text(of: branch.body) + otherwise + "{{end}}"
        case .template(let name, let argument):
            return "{{template \(GoQuote.quote(name))\(argument.map { " " + text(of: $0) } ?? "")}}"
        case .breakLoop: return "{{break}}"
        case .continueLoop: return "{{continue}}"
        case .pipeline(let pipeline):
            let variables = pipeline.variables.joined(separator: ", ")
            let head = variables.isEmpty ? "" : variables + (pipeline.isAssignment ? " = " : " := ")
            return head + pipeline.commands.map(text).joined(separator: " | ")
        case .command(let arguments): return arguments.map(operandText).joined(separator: " ")
        case .field(let names): return names.map { "." + $0 }.joined()
        case .variable(let name, let fields): return ([name] + fields).joined(separator: ".")
        case .chain(let operand, let fields): return operandText(operand) + fields.map { "." + $0 }.joined()
        case .function(let name): return name
        case .dot: return "."
        case .none: return "nil"
        case .bool(let value): return value ? "true" : "false"
        case .number(let number): return number.text
        case .string(_, let quoted): return quoted
        }
    }

    private func operandText(_ id: NodeID) -> String {
        if case .pipeline = nodes[id] { "(\(text(of: id)))" } else { text(of: id) }
    }

    /// Whether a tree holds nothing but space, so that another definition may take its place.
    func isBlank(_ id: NodeID) -> Bool {
        switch nodes[id] {
        case .sequence(let children): children.allSatisfy(isBlank)
        case .text(let bytes): bytes.allSatisfy(Lexer.isSpace)
        default: false
        }
    }
}
