/// A function of each float by itself, with the scalars of its step; histograms are left out.
struct ElementKernel: Sendable {
    /// Changes the cells of a row; `parameters` has an array for each scalar, with a number for each step.
    let apply: @Sendable (_ row: inout [Double], _ parameters: [[Double]]) -> Void

    /// A function without scalars.
    static func each(_ function: @escaping @Sendable (Double) -> Double) -> ElementKernel {
        ElementKernel { row, _ in
            for step in row.indices where row[step].bitPattern != StepMatrix.absentBits { row[step] = function(row[step]) }
        }
    }

    /// A function that also knows the step.
    static func eachStep(_ function: @escaping @Sendable (_ value: Double, _ parameters: [[Double]], _ step: Int) -> Double) -> ElementKernel {
        ElementKernel { row, parameters in
            for step in row.indices where row[step].bitPattern != StepMatrix.absentBits { row[step] = function(row[step], parameters, step) }
        }
    }
}
