import LapwingSeries
import LapwingText

/// `rate`, `increase`, `delta`, `irate` and `idelta` over the histograms of one series.
///
/// Where the counter began anew is found once for the series, not for every window.
/// Source: Prometheus 3.14 `promql/functions.go`, `extrapolatedRate`, `histogramRate`, `instantValue`.
struct HistogramRates {
    let kernel: WindowKernel
    let columns: SampleColumns
    let frame: WindowFrame
    let remarks: WindowRemarks
    /// Whether the counter began anew ahead of each sample; empty for what does not ask.
    private var isReset: [Bool] = []

    private var isCounter: Bool { kernel == .rate || kernel == .increase }

    init(_ kernel: WindowKernel, _ columns: SampleColumns, _ frame: WindowFrame, _ remarks: WindowRemarks) {
        self.kernel = kernel
        self.columns = columns
        self.frame = frame
        self.remarks = remarks
        guard kernel == .rate || kernel == .increase, !columns.histograms.isEmpty else { return }
        isReset.reserveCapacity(columns.histograms.count)
        isReset.append(false)
        for index in 1..<columns.histograms.count { isReset.append(columns.isHistogramReset(at: index)) }
    }

    private func notACounter(_ annotations: inout Annotations) { annotations.add(.nativeHistogramNotCounter(remarks.metric, remarks.range)) }

    private func notAGauge(_ annotations: inout Annotations) { annotations.add(.nativeHistogramNotGauge(remarks.metric, remarks.range)) }

    private func mixedSchemas(_ annotations: inout Annotations) {
        annotations.add(.mixedExponentialCustomHistograms(remarks.metric, remarks.range))
    }

    // MARK: Extrapolated

    /// The value of a step's window that has histograms alone.
    func value(of window: MixedWindow, _ step: Int, _ annotations: inout Annotations) -> NativeHistogram? {
        let (low, high) = (window.histograms.lowerBound, window.histograms.upperBound)
        let first = columns.histograms[low]
        var result: NativeHistogram?
        if high - low > 1 {
            result = change(low, high, &annotations)
            if result == nil { return nil }
        }
        guard let kind = RateKind(kernel) else { return nil }
        var span = RateWindow(frame, step, columns.histogramTimes, low, high)
        let start = columns.histogramStartTime(low)
        if isCounter, start != 0, start > frame.start(of: step), start < columns.histogramTimes[low] {
            // The counter began inside the window, at nought: nothing to guess on that side.
            span.toStart = 0
            span.interval = Double(columns.histogramTimes[high - 1] - start) / 1000
            guard combine(&result, adding: first, &annotations) else { return nil }
        } else if high - low < 2 {
            return nil
        } else if isCounter, let count = result?.count {
            span.stopAtNought(first: first.count, change: count)
        }
        return result?.scaled(by: span.factor(kind, frame))
    }

    private func combine(_ result: inout NativeHistogram?, adding other: NativeHistogram, _ annotations: inout Annotations) -> Bool {
        guard var sum = result else {
            result = other
            return true
        }
        do throws(NativeHistogramError) {
            if try sum.add(other).contains(.boundsReconciled) { annotations.add(.customBucketsReconciled(.addition, remarks.range)) }
        } catch {
            mixedSchemas(&annotations)
            return false
        }
        result = sum
        return true
    }

    /// What was added between the first and the last of at least two histograms, resets considered; nil, with a remark,
    /// where they do not fit together.
    private func change(_ low: Int, _ high: Int, _ annotations: inout Annotations) -> NativeHistogram? {
        let (first, last) = (columns.histograms[low], columns.histograms[high - 1])
        var base = first
        // What lies before a reset is not looked at, so that its layout does not matter.
        if isCounter, isReset[low + 1] {
            let second = columns.histograms[low + 1]
            base = NativeHistogram(schema: second.schema, customValues: second.customValues)
        }
        guard last.usesCustomBuckets == base.usesCustomBuckets else {
            if isCounter, first.counterResetHint == .gauge || last.counterResetHint == .gauge { notACounter(&annotations) }
            mixedSchemas(&annotations)
            return nil
        }
        var found = Annotations()
        do throws(NativeHistogramError) {
            if let result = try change(low, high, from: base, remarking: &found) {
                annotations.add(found)
                return result
            }
        } catch {}
        mixedSchemas(&annotations)
        return nil
    }

    private func change(
        _ low: Int, _ high: Int, from base: NativeHistogram, remarking found: inout Annotations
    ) throws(NativeHistogramError) -> NativeHistogram? {
        let (first, last) = (columns.histograms[low], columns.histograms[high - 1])
        var schema = min(last.schema, base.schema)
        if isCounter {
            if [first, last].contains(where: { $0.counterResetHint == .gauge }) { notACounter(&found) }
            for histogram in columns.histograms[(low + 1)..<(high - 1)] {
                if histogram.counterResetHint == .gauge { notACounter(&found) }
                guard histogram.usesCustomBuckets == base.usesCustomBuckets else { return nil }
                schema = min(schema, histogram.schema)
            }
        } else if first.counterResetHint != .gauge || last.counterResetHint != .gauge {
            notAGauge(&found)
        }
        var result = last.reduced(to: schema)
        if try result.subtract(base).contains(.boundsReconciled) { found.add(.customBucketsReconciled(.subtraction, remarks.range)) }
        if isCounter {
            noteOverlap(low, high, &found)
            for index in (low + 1)..<high where isReset[index] && index > low + 1 {
                if try result.add(columns.histograms[index - 1]).contains(.boundsReconciled) {
                    found.add(.customBucketsReconciled(.addition, remarks.range))
                }
            }
        }
        result.counterResetHint = .gauge
        result.compact()
        return result
    }

    /// Remarks that a sample's counting began before the sample ahead of it was taken, once for a window.
    private func noteOverlap(_ low: Int, _ high: Int, _ found: inout Annotations) {
        let starts = columns.histogramStartTimes
        guard !starts.isEmpty else { return }
        for index in (low + 1)..<high {
            let start = starts[index]
            if start != 0, start < columns.histogramTimes[index - 1], start != starts[index - 1] {
                return found.add(.startTimeOverlap(remarks.metric, count: 1, remarks.range))
            }
        }
    }

    // MARK: Between two

    /// The change from the histogram ahead of a place to the one there.
    func instantChange(at index: Int, _ annotations: inout Annotations) -> NativeHistogram? {
        let (before, last) = (columns.histograms[index - 1], columns.histograms[index])
        let interval = columns.histogramTimes[index] - columns.histogramTimes[index - 1]
        if interval == 0 { return nil }
        let isRate = kernel == .irate
        let areGauges = [before, last].map { $0.counterResetHint == .gauge }
        if isRate, areGauges.contains(true) { notACounter(&annotations) }
        if !isRate, areGauges.contains(false) { notAGauge(&annotations) }
        var result = last
        if !isRate || !columns.isHistogramReset(at: index) {
            do throws(NativeHistogramError) {
                if try result.subtract(before).contains(.boundsReconciled) {
                    annotations.add(.customBucketsReconciled(.subtraction, remarks.range))
                }
            } catch {
                mixedSchemas(&annotations)
                return nil
            }
        }
        result.counterResetHint = .gauge
        result.compact()
        if isRate { result.divide(by: Double(interval) / 1000) }
        return result
    }
}
