import LapwingSeries

/// The value of an operator for two elements of either kind; nil drops the element, with a remark where upstream has one.
///
/// Source: Prometheus 3.14 `promql/engine.go`, `vectorElemBinop`.
func combined(
    _ plan: BinaryPlan, _ left: MixedWindow.Value, _ right: MixedWindow.Value, _ annotations: inout Annotations
) -> MixedWindow.Value? {
    let operation = plan.operation
    switch (left, right) {
    case (.float(let a), .float(let b)):
        if operation.isTrim { return incompatible("float", plan, "float", &annotations) }
        if plan.returnsBool { return .float(operation.holds(a, b) ? 1 : 0) }
        return operation.holds(a, b) ? .float(operation.apply(a, b)) : nil
    case (.histogram(let a), .float(let b)):
        switch operation {
        case .multiply: return .histogram(a.scaled(by: b).compacted())
        case .divide:
            var quotient = a
            quotient.divide(by: b)
            return .histogram(quotient.compacted())
        case .trimUpper: return .histogram(a.trimmed(.below, b))
        case .trimLower: return .histogram(a.trimmed(.above, b))
        default: return incompatible("histogram", plan, "float", &annotations)
        }
    case (.float(let a), .histogram(let b)):
        return operation == .multiply ? .histogram(b.scaled(by: a).compacted()) : incompatible("float", plan, "histogram", &annotations)
    case (.histogram(let a), .histogram(let b)):
        switch operation {
        case .add, .subtract: return sum(a, b, plan, &annotations).map(MixedWindow.Value.histogram)
        case .equal, .notEqual:
            let holds = a.isSameData(as: b) == (operation == .equal)
            return plan.returnsBool ? .float(holds ? 1 : 0) : holds ? left : nil
        default: return incompatible("histogram", plan, "histogram", &annotations)
        }
    }
}

private func incompatible(
    _ left: String, _ plan: BinaryPlan, _ right: String, _ annotations: inout Annotations
) -> MixedWindow.Value? {
    annotations.add(.incompatibleTypes(left, plan.operation.rawValue, right, plan.range))
    return nil
}

/// The sum of two histograms, or their difference, which is a gauge.
private func sum(
    _ left: NativeHistogram, _ right: NativeHistogram, _ plan: BinaryPlan, _ annotations: inout Annotations
) -> NativeHistogram? {
    var result = left
    let isSum = plan.operation == .add
    do throws(NativeHistogramError) {
        let remarks = isSum ? try result.add(right) : try result.subtract(right)
        // Upstream takes the remark for a failure here, and the element with it.
        if remarks.contains(.resetsCollide) {
            annotations.add(.counterResetsCollide(isSum ? .addition : .subtraction, plan.range))
            return nil
        }
        if remarks.contains(.boundsReconciled) { annotations.add(.customBucketsReconciled(isSum ? .addition : .subtraction, plan.range)) }
    } catch {
        annotations.add(.incompatibleBucketLayout(plan.operation.rawValue, plan.range))
        return nil
    }
    if !isSum { result.counterResetHint = .gauge }
    result.compact()
    return result
}
