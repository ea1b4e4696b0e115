import LapwingSeries

/// The value of an operator for two elements of either kind; nil drops the element, with a remark where upstream has one.
func combined(
    _ plan: BinaryPlan, _ left: MixedWindow.Value, _ right: MixedWindow.Value, _ annotations: inout Annotations
) -> MixedWindow.Value? {
    switch (left, right) {
    case (.float(let a), .float(let b)):
        if plan.operation == .trimUpper || plan.operation == .trimLower {
            annotations.add(.incompatibleTypes("float", plan.operation.rawValue, "float", plan.range))
            return nil
        }
        if plan.returnsBool { return .float(plan.operation.holds(a, b) ? 1 : 0) }
        return plan.operation.holds(a, b) ? .float(plan.operation.apply(a, b)) : nil
    case (.histogram(let a), .float(let b)):
        switch plan.operation {
        case .multiply: return .histogram(a.scaled(by: b))
        case .divide: return .histogram(a.scaled(by: 1 / b))
        default: annotations.add(.incompatibleTypes("histogram", plan.operation.rawValue, "float", plan.range))
        }
    case (.float(let a), .histogram(let b)):
        if plan.operation == .multiply { return .histogram(b.scaled(by: a)) }
        annotations.add(.incompatibleTypes("float", plan.operation.rawValue, "histogram", plan.range))
    case (.histogram(let a), .histogram(let b)) where plan.operation == .equal || plan.operation == .notEqual:
        let holds = (a == b) == (plan.operation == .equal)
        return plan.returnsBool ? .float(holds ? 1 : 0) : holds ? left : nil
    case (.histogram, .histogram):
        annotations.add(.incompatibleTypes("histogram", plan.operation.rawValue, "histogram", plan.range))
    }
    return nil
}
