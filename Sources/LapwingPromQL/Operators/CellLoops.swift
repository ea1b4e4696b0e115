/// Where two rows lie in their matrices' cells, and where their result goes.
struct CellSpan {
    var left: Int
    var right: Int
    var target: Int
    var count: Int
}

/// Applies an operator to two rows of floats, cell by cell; a cell that either side lacks stays as it is.
///
/// - Complexity: O(cells); the operator is looked at once.
func combineRows(
    _ operation: BinaryOperator, returnsBool: Bool, _ left: [Double], _ right: [Double], _ result: inout [Double], _ span: CellSpan
) {
    switch operation {
    case .add: eachPair(left, right, &result, span) { $0 + $1 }
    case .subtract: eachPair(left, right, &result, span) { $0 - $1 }
    case .multiply: eachPair(left, right, &result, span) { $0 * $1 }
    case .divide: eachPair(left, right, &result, span) { $0 / $1 }
    case .modulo, .power, .arctangent: eachPair(left, right, &result, span) { operation.apply($0, $1) }
    case .equal: comparePairs(left, right, &result, span, returnsBool) { $0 == $1 }
    case .notEqual: comparePairs(left, right, &result, span, returnsBool) { $0 != $1 }
    case .less: comparePairs(left, right, &result, span, returnsBool) { $0 < $1 }
    case .greater: comparePairs(left, right, &result, span, returnsBool) { $0 > $1 }
    case .lessOrEqual: comparePairs(left, right, &result, span, returnsBool) { $0 <= $1 }
    case .greaterOrEqual: comparePairs(left, right, &result, span, returnsBool) { $0 >= $1 }
    case .trimUpper, .trimLower, .and, .or, .unless: break
    }
}

@inline(__always)
private func eachPair(
    _ left: [Double], _ right: [Double], _ result: inout [Double], _ span: CellSpan, _ combine: (Double, Double) -> Double
) {
    let (left, right) = (left.span.extracting(span.left..<span.left + span.count), right.span.extracting(span.right..<span.right + span.count))
    var output = result.mutableSpan
    for index in 0..<span.count {
        let (a, b) = (left[index], right[index])
        if a.bitPattern == StepMatrix.absentBits || b.bitPattern == StepMatrix.absentBits { continue }
        output[span.target + index] = combine(a, b)
    }
}

@inline(__always)
private func comparePairs(
    _ left: [Double], _ right: [Double], _ result: inout [Double], _ span: CellSpan, _ returnsBool: Bool, _ holds: (Double, Double) -> Bool
) {
    if returnsBool {
        eachPair(left, right, &result, span) { holds($0, $1) ? 1 : 0 }
    } else {
        eachPair(left, right, &result, span) { holds($0, $1) ? $0 : StepMatrix.absent }
    }
}
