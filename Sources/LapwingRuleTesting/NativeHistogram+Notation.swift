import LapwingPromQL
import LapwingSeries

extension NativeHistogram {
    /// As a test writes it, with all by which it is compared; as people read it where the notation has no form for it.
    var notation: String { SeriesNotation.canSay(self) ? SeriesNotation.text(of: self) : description }
}
