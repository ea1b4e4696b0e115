/// A PromQL function's signature; what it computes stands in `Functions/`.
///
/// Source: Prometheus 3.14 `promql/parser/functions.go`.
public struct Function: Sendable, Hashable {
    public let name: String
    public let argumentTypes: [ValueType]
    /// 0: exactly `argumentTypes`; n > 0: the last n may be left out; -1: the last may be repeated or left out.
    public let variadic: Int
    public let returnType: ValueType
    public let isExperimental: Bool

    public init(
        _ name: String, _ argumentTypes: [ValueType], variadic: Int = 0, returns returnType: ValueType = .vector,
        isExperimental: Bool = false
    ) {
        self.name = name
        self.argumentTypes = argumentTypes
        self.variadic = variadic
        self.returnType = returnType
        self.isExperimental = isExperimental
    }
}
