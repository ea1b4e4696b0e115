/// A function or method that a template may call: what it takes, and what it does.
public struct TemplateFunction: Sendable {
    /// A Go parameter type. Literals are converted to it, other values must have it.
    public enum Parameter: Sendable, Hashable {
        case any, bool, integer, float, string
        /// Any other type, by its Go name.
        case named(String)
        /// A pointer, slice or map type, by its Go name: `nil` is taken too.
        case nillable(String)

        var typeName: String {
            switch self {
            case .any: "interface {}"
            case .bool: "bool"
            case .integer: "int"
            case .float: "float64"
            case .string: "string"
            case .named(let name), .nillable(let name): name
            }
        }

        var isNillable: Bool {
            switch self {
            case .any, .nillable: true
            default: false
            }
        }
    }

    public typealias Body = @Sendable ([TemplateValue]) throws(TemplateFunctionError) -> TemplateValue

    let parameters: [Parameter]
    /// The type of any further arguments; nil when there may be none.
    let variadic: Parameter?
    let body: Body

    public init(_ parameters: Parameter..., variadic: Parameter? = nil, body: @escaping Body) {
        self.init(parameters, variadic: variadic, body: body)
    }

    public init(_ parameters: [Parameter], variadic: Parameter? = nil, body: @escaping Body) {
        self.parameters = parameters
        self.variadic = variadic
        self.body = body
    }

    /// The parameter that the argument at `index` is for.
    func parameter(at index: Int) -> Parameter {
        index < parameters.count ? parameters[index] : variadic ?? .any
    }
}

/// Why a function gave no value; its text follows `error calling NAME: `.
public struct TemplateFunctionError: Error, Sendable, Hashable {
    public var message: String

    public init(_ message: String) { self.message = message }
}

/// The functions that templates of one sort may call beside Go's own.
public protocol TemplateLibrary: Sendable {
    func function(named name: String) -> TemplateFunction?

    /// Told which way each condition went, for measuring what tests reach; nil where nobody wants to know.
    var onBranch: (@Sendable (TemplateBranch) -> Void)? { get }
}

extension TemplateLibrary {
    public var onBranch: (@Sendable (TemplateBranch) -> Void)? { nil }
}

/// One way that an `if`, `with` or `range` can go.
public struct TemplateBranch: Sendable, Hashable {
    /// As Go's parser prints what decides: `if gt $value 1.0`.
    public var condition: String
    /// Whether it is the body, and not what follows `else` or the end.
    public var isBody: Bool
}

/// A library that is a table.
public struct TemplateFunctions: TemplateLibrary, ExpressibleByDictionaryLiteral {
    public var table: [String: TemplateFunction]

    public init(_ table: [String: TemplateFunction] = [:]) { self.table = table }

    public init(dictionaryLiteral elements: (String, TemplateFunction)...) {
        table = Dictionary(elements) { $1 }
    }

    public func function(named name: String) -> TemplateFunction? { table[name] }
}

extension [TemplateValue] {
    /// The argument at `index` where the parameter is a string.
    public func string(_ index: Int) -> String {
        if index < count, case .string(let text) = self[index] { text } else { "" }
    }

    /// The argument at `index` where the parameter is an integer.
    public func integer(_ index: Int) -> Int64 {
        if index < count, case .int(let value) = self[index] { value } else { 0 }
    }

    /// The argument at `index` where the parameter is a float.
    public func float(_ index: Int) -> Double {
        if index < count, case .float(let value) = self[index] { value } else { 0 }
    }
}
