import LapwingText

/// One execution of a template: the output so far, the variables, and where it stands.
///
/// Source: Go's `exec.go`, whose notion of the current node decides the place that an error names.
struct Execution {
    enum Flow { case onward, breakLoop, continueLoop }

    var tree: SyntaxTree
    /// The name of the template being executed.
    var name: String
    let definitions: [String: Template.Definition]
    let library: any TemplateLibrary
    let missingKey: Template.MissingKey
    let limits: TemplateLimits
    var output: [UInt8]
    let outputStart: Int
    private let root: NodeID
    /// The variables in scope, the innermost last.
    var variables: [(name: String, value: TemplateValue)]
    /// The node that an error would name.
    var current: NodeID
    var depth = 0
    var steps = 0

    init(
        of definition: Template.Definition, named name: String, among definitions: [String: Template.Definition],
        data: TemplateValue, library: any TemplateLibrary, missingKey: Template.MissingKey, limits: TemplateLimits,
        output: [UInt8]
    ) {
        tree = definition.tree
        root = definition.root
        current = definition.root
        self.name = name
        self.definitions = definitions
        self.library = library
        self.missingKey = missingKey
        self.limits = limits
        self.output = output
        outputStart = output.count
        variables = [("$", data)]
    }

    mutating func run(_ data: TemplateValue) throws(TemplateError) { _ = try walk(data, root) }

    // MARK: Errors and limits

    func failure(_ message: String) -> TemplateError {
        let place = "template: \(tree.location(of: current)): executing \(GoQuote.quote(name))"
        let context = tree.text(of: current)
        return TemplateError(
            .executing, "\(place) at <\(context)>: \(message)", message: message, range: tree.ranges[current])
    }

    mutating func step() throws(TemplateError) {
        steps += 1
        if steps > limits.steps { throw failure("more than \(limits.steps) steps") }
    }

    mutating func enter() throws(TemplateError) {
        depth += 1
        if depth > limits.depth { throw failure("exceeded maximum template depth (\(limits.depth))") }
    }

    mutating func write(_ bytes: [UInt8]) throws(TemplateError) {
        output.append(contentsOf: bytes)
        try checkOutput()
    }

    func checkOutput() throws(TemplateError) {
        if output.count - outputStart > limits.outputBytes {
            throw failure("more than \(limits.outputBytes) bytes of output")
        }
    }

    // MARK: Variables

    func value(of name: String) throws(TemplateError) -> TemplateValue {
        for variable in variables.reversed() where variable.name == name { return variable.value }
        throw failure("undefined variable: \(name)")
    }

    mutating func set(_ name: String, _ value: TemplateValue) throws(TemplateError) {
        guard let index = variables.lastIndex(where: { $0.name == name }) else {
            throw failure("undefined variable: \(name)")
        }
        variables[index].value = value
    }
}
