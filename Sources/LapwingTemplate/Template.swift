import LapwingText

/// A template of Go's text/template, parsed once and executed many times.
///
/// Source: the documentation of Go's text/template (1.25). Complex numbers, channels and functions as values are left
/// out, since nothing that reaches a rule's or notification's template is one.
public struct Template: Sendable {
    /// What a look-up of a key that a map has not gives, as the option `missingkey` sets it.
    public enum MissingKey: Sendable, Hashable {
        /// No value, printed `<no value>`.
        case invalid
        /// The zero of the map's element type; what Prometheus sets.
        case zero
        /// The execution fails.
        case error
    }

    /// Variables that the main template may use without declaring them, as if a text before it had.
    public struct Preamble: Sendable, Hashable {
        /// Names with their dollar sign; an execution gives their values in the same order.
        public var variables: [String]
        /// The bytes of the text that is thought to stand before the template, which messages count as columns.
        public var columns: Int

        public init(variables: [String] = [], columns: Int = 0) {
            self.variables = variables
            self.columns = columns
        }
    }

    struct Definition: Sendable {
        let tree: SyntaxTree
        let root: NodeID
    }

    /// The name that error messages begin with.
    public let name: String
    public let limits: TemplateLimits
    private let preamble: Preamble
    private(set) var definitions: [String: Definition]
    private let main: Definition?

    /// Reads a template and the templates that it defines.
    ///
    /// - Parameter library: the functions that may be called; an execution must know the same.
    /// - Throws: `TemplateError` with Go's message, such as `template: x:1: function "foo" not defined`.
    /// - Complexity: O(bytes of the text).
    public static func parse(
        _ source: String, name: String, library: some TemplateLibrary = TemplateFunctions(),
        preamble: Preamble = Preamble(), limits: TemplateLimits = .standard
    ) throws(TemplateError) -> Template {
        var parser = Parser(
            name: name, source: Array(source.utf8), library: library, preamble: preamble, limits: limits)
        let tree = try parser.parse()
        var definitions: [String: Definition] = [:]
        for (name, root) in parser.definitions { definitions[name] = Definition(tree: tree, root: root) }
        return Template(name: name, limits: limits, preamble: preamble, definitions: definitions)
    }

    private init(name: String, limits: TemplateLimits, preamble: Preamble, definitions: [String: Definition]) {
        self.preamble = preamble
        self.name = name
        self.limits = limits
        self.definitions = definitions
        main = definitions[name]
    }

    /// The names that `{{template}}` may call, sorted.
    public var definedNames: [String] { definitions.keys.sorted() }

    /// Every way that its branches can go.
    public var branches: [TemplateBranch] { main?.tree.branches ?? [] }

    /// What the main template asks of its data, wherever that can be told.
    public var references: [TemplateReference] { main.map { $0.tree.references(from: $0.root) } ?? [] }

    /// The functions that are called with a text first.
    public var calls: [TemplateCall] { main?.tree.calls ?? [] }

    /// In how many places it, or a template that it defines, calls a function.
    public func count(ofFunction name: String) -> Int { main?.tree.count(ofFunction: name) ?? 0 }

    /// The names of all functions that it, or a template that it defines, may call.
    public var functions: Set<String> { main?.tree.functions ?? [] }

    /// Whether what it makes may hang on a field of the data, or on the variable that stands for it; true where that cannot be told.
    public func mayRead(field: String, variable: String) -> Bool { main?.tree.mayRead(field: field, variable: variable) ?? true }

    /// This template with the definitions of another, whose own win where both have one: files that call each other.
    public func adding(_ other: Template) -> Template {
        Template(
            name: name, limits: limits, preamble: preamble,
            definitions: definitions.merging(other.definitions) { $1 })
    }

    /// The text that the template, or one that it defines, makes of `data`.
    ///
    /// - Parameter variables: the values of the preamble's variables.
    /// - Throws: `TemplateError` with Go's message, such as
    ///   `template: x:1:3: executing "x" at <.Foo>: can't evaluate field Foo in type int`.
    public func execute(
        _ data: TemplateValue, library: some TemplateLibrary = TemplateFunctions(),
        variables: [TemplateValue] = [], missingKey: MissingKey = .invalid, definition: String? = nil
    ) throws(TemplateError) -> String {
        var output: [UInt8] = []
        try execute(
            data, library: library, variables: variables, missingKey: missingKey, definition: definition, into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Appends the text to `output`; when it fails, what was written before remains, as in Go.
    public func execute(
        _ data: TemplateValue, library: some TemplateLibrary = TemplateFunctions(),
        variables: [TemplateValue] = [], missingKey: MissingKey = .invalid, definition: String? = nil,
        into output: inout [UInt8]
    ) throws(TemplateError) {
        guard let start = definition == nil ? main : definitions[definition ?? name] else {
            let message =
                "no template \(GoQuote.quote(definition ?? name)) associated with template \(GoQuote.quote(name))"
            throw TemplateError(.executing, "template: " + message, message: message, range: SourceRange(at: 0))
        }
        var execution = Execution(
            of: start, named: definition ?? name, among: definitions, data: data, library: library,
            missingKey: missingKey, limits: limits, output: output)
        output = []
        if definition == nil {
            for (name, value) in zip(preamble.variables, variables) { execution.variables.append((name, value)) }
        }
        defer { output = execution.output }
        try execution.run(data)
    }
}
