import LapwingPromQL
import LapwingSeries

extension NotatedValue {
    /// Why no store takes the value, where none does.
    var impossibility: NativeHistogramError? {
        guard case .histogram(let histogram) = self else { return nil }
        do throws(NativeHistogramError) {
            try histogram.validate()
            return nil
        } catch {
            return error
        }
    }
}
