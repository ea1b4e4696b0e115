/// What is being read when a word stands where it cannot, and what could have stood there.
///
/// Upstream's grammar unwinds to the innermost rule that has an error production, and that rule names itself.
/// Source: Prometheus 3.14 `promql/parser/generated_parser.y`.
struct FaultContext: Sendable {
    var name: String
    var expected = ""

    static let aggregation = FaultContext(name: "aggregation")
    static let offset = FaultContext(name: "offset", expected: "number, duration, step(), or range()")
    static let window = FaultContext(name: "subquery or range selector", expected: "number, duration, step(), or range()")
    static let subqueryStep = FaultContext(
        name: "subquery selector", expected: "number, duration, step(), range(), or \"]\"")
}
