/// A Go struct, or a pointer to one, as templates see it.
public protocol TemplateObject: Sendable {
    /// The Go type's name, such as `*template.sample`.
    var typeName: String { get }
    /// The field or method of that name, or nil when there is none.
    func member(_ name: String) -> TemplateMember?
    /// The fields in order, for printing the struct.
    var fields: [(name: String, value: TemplateValue)] { get }
    /// What the type's `String` or `Error` method gives; nil when it has neither.
    var text: String? { get }
    /// What the verbs of numbers print, where the type is one; nil for structs.
    var number: Int64? { get }
}

extension TemplateObject {
    public var fields: [(name: String, value: TemplateValue)] { [] }
    public var text: String? { nil }
    public var number: Int64? { nil }
}

/// What a name after a dot stands for.
public enum TemplateMember: Sendable {
    case field(TemplateValue)
    case method(TemplateFunction)
}

/// A struct that is only its fields.
public struct TemplateRecord: TemplateObject {
    public let typeName: String
    public let fields: [(name: String, value: TemplateValue)]

    public init(_ typeName: String, _ fields: [(name: String, value: TemplateValue)]) {
        self.typeName = typeName
        self.fields = fields
    }

    public func member(_ name: String) -> TemplateMember? {
        fields.first { $0.name == name }.map { .field($0.value) }
    }
}
