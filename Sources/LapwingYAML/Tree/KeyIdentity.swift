/// What makes two keys the same: kind, tag and content, not how they are written.
enum KeyIdentity: Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case double(UInt64)
    case string(String)
    case tagged(String, String)
    indirect case sequence([KeyIdentity])
    indirect case mapping(Set<[KeyIdentity]>)

    init(_ node: YAMLNode) {
        switch node.content {
        case .scalar(let scalar): self.init(scalar, tag: node.tag)
        case .sequence(let items): self = .sequence(items.map(KeyIdentity.init))
        case .mapping(let mapping):
            self = .mapping(Set(mapping.entries.map { [KeyIdentity($0.key), KeyIdentity($0.value)] }))
        }
    }

    private init(_ scalar: YAMLScalar, tag: String?) {
        if scalar.typing == .foreign, let tag {
            self = .tagged(tag, scalar.text)
        } else if scalar.isString {
            self = .string(scalar.text)
        } else if scalar.isNull {
            self = .null
        } else if let bool = scalar.bool {
            self = .bool(bool)
        } else if let integer = scalar.integer {
            self = .integer(integer)
        } else if let double = scalar.double {
            self = .double(double.bitPattern)
        } else {
            self = .string(scalar.text)
        }
    }
}
