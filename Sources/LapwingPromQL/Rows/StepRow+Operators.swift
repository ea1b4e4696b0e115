import LapwingSeries

/// Operators that change a row by itself.
extension StepRow {
    mutating func removeHistograms() {
        for step in histograms.keys { values[step] = StepMatrix.absent }
        histograms = [:]
    }

    mutating func negate() {
        for step in values.indices where values[step].bitPattern != StepMatrix.absentBits {
            if let histogram = histogram(at: step) {
                histograms[step] = histogram.scaled(by: -1)
            } else {
                values[step] = -values[step]
            }
        }
    }

    /// The row and the scalar of each step.
    mutating func apply(_ plan: BinaryPlan, _ scalars: [Double], scalarIsLeft: Bool, _ annotations: inout Annotations) {
        if histograms.isEmpty, plan.operation != .trimUpper, plan.operation != .trimLower {
            applyScalars(plan.operation, &values, scalars, scalarIsLeft: scalarIsLeft, returnsBool: plan.returnsBool)
            return
        }
        for step in values.indices where isPresent(step) {
            let vector = histogram(at: step).map(MixedWindow.Value.histogram) ?? .float(values[step])
            let scalar = MixedWindow.Value.float(scalars[step])
            let result = scalarIsLeft ? combined(plan, scalar, vector, &annotations) : combined(plan, vector, scalar, &annotations)
            histograms[step] = nil
            values[step] = StepMatrix.absent
            guard let result else { continue }
            // A comparison keeps the vector's element, whichever side it stands on.
            switch plan.operation.isComparison && !plan.returnsBool ? vector : result {
            case .float(let float): values[step] = float
            case .histogram(let histogram): set(histogram, at: step)
            }
        }
    }
}

/// The floats of a row and the scalar of each step.
private func applyScalars(
    _ operation: BinaryOperator, _ values: inout [Double], _ scalars: [Double], scalarIsLeft: Bool, returnsBool: Bool
) {
    for step in 0..<values.count {
        let value = values[step]
        if value.bitPattern == StepMatrix.absentBits { continue }
        let (left, right) = scalarIsLeft ? (scalars[step], value) : (value, scalars[step])
        if operation.isComparison {
            let holds = operation.holds(left, right)
            values[step] = returnsBool ? (holds ? 1 : 0) : holds ? value : StepMatrix.absent
        } else {
            values[step] = operation.apply(left, right)
        }
    }
}

/// The newest sample at each step; a stale marker is absence, bit by bit.
func fillLatestFloats(_ row: inout [Double], _ scratch: borrowing WindowScratch, _ reading: LatestNode.Reading) {
    let (values, times, bounds) = (scratch.columns.values, scratch.columns.times, scratch.bounds)
    switch reading {
    case .value: eachWindow(bounds, &row) { _, _, high in values[high - 1] }
    case .time:
        eachWindow(bounds, &row) { _, _, high in
            values[high - 1].isStaleMarker ? StepMatrix.absent : Double(times[high - 1]) / 1000
        }
    case .startTime:
        let starts = scratch.columns.startTimes
        eachWindow(bounds, &row) { _, _, high in
            values[high - 1].isStaleMarker ? StepMatrix.absent : starts.isEmpty ? 0 : Double(starts[high - 1]) / 1000
        }
    }
}

/// As `fillLatestFloats`, of a series that has histograms.
func fillLatestMixed(_ row: inout StepRow, _ scratch: borrowing WindowScratch, _ reading: LatestNode.Reading) {
    let (columns, bounds) = (scratch.columns, scratch.bounds)
    row.clear()
    let frame = bounds.frame
    var last = 0
    for step in row.values.indices {
        let end = frame.end(of: step)
        while last < columns.histogramTimes.count, columns.histogramTimes[last] <= end { last += 1 }
        let (low, high) = (Int(bounds.low[step]), Int(bounds.high[step]))
        let floatTime = low < high ? columns.times[high - 1] : Int64.min
        let histogramTime = last > 0 ? columns.histogramTimes[last - 1] : Int64.min
        let time = max(floatTime, histogramTime)
        guard time > frame.start(of: step) else { continue }
        let isHistogram = histogramTime > floatTime
        if isHistogram ? columns.histograms[last - 1].isStaleMarker : columns.values[high - 1].isStaleMarker { continue }
        switch reading {
        case .time: row.values[step] = Double(time) / 1000
        case .startTime:
            let starts = isHistogram ? columns.histogramStartTimes : columns.startTimes
            row.values[step] = starts.isEmpty ? 0 : Double(starts[isHistogram ? last - 1 : high - 1]) / 1000
        case .value:
            if isHistogram { row.set(columns.histograms[last - 1], at: step) } else { row.values[step] = columns.values[high - 1] }
        }
    }
}
