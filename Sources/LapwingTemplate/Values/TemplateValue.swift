/// What a template computes with: the part of Go's value kinds that rule and notification templates meet.
public enum TemplateValue: Sendable {
    /// Go's untyped nil, and what a look-up that found nothing gives; printed `<no value>`.
    case none
    case bool(Bool)
    case int(Int64)
    case float(Double)
    case string(String)
    /// A slice; `type` is its Go type as error texts name it.
    case list([TemplateValue], type: String = "[]interface {}")
    case map(TemplateMap)
    /// A struct or a pointer to one: fields, methods, perhaps a text of its own.
    case object(any TemplateObject)

    /// Go's truth: not the zero of its type; a struct is always true.
    public var isTrue: Bool {
        switch self {
        case .none: false
        case .bool(let value): value
        case .int(let value): value != 0
        case .float(let value): value != 0
        case .string(let value): !value.isEmpty
        case .list(let values, _): !values.isEmpty
        case .map(let map): !map.entries.isEmpty
        case .object: true
        }
    }

    /// The Go type's name, as `%T` prints it.
    public var typeName: String {
        switch self {
        case .none: "<nil>"
        case .bool: "bool"
        case .int: "int"
        case .float: "float64"
        case .string: "string"
        case .list(_, let type): type
        case .map(let map): map.typeName
        case .object(let object): object.typeName
        }
    }

    /// How many maps stand inside one another.
    var depth: Int {
        switch self {
        case .map(let map): map.depth
        case .list(let values, _): values.reduce(0) { max($0, $1.depth) }
        default: 0
        }
    }
}

extension TemplateValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .float(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}
