/// How much there is to ask for: counters, classic histograms, gauges, and counters with a long history.
struct DatasetSize {
    var counters: Int
    /// Histograms of `bounds.count` buckets each.
    var histograms: Int
    var gauges: Int
    /// Scrapes of all of these.
    var scrapes: Int
    var longSeries: Int
    /// Scrapes of the long series, which end with the others.
    var longScrapes: Int
    /// Whether there are series with gaps, stale markers, and numbers that are none.
    var hasOddSeries = false

    /// Issue 3's: 6 h of everything, 30 days of 50 series.
    static let full = DatasetSize(counters: 2500, histograms: 500, gauges: 250, scrapes: 1440, longSeries: 50, longScrapes: 172_800)
    /// A tenth of the series, two days instead of thirty.
    static let quick = DatasetSize(counters: 250, histograms: 50, gauges: 25, scrapes: 1440, longSeries: 5, longScrapes: 11_520)
    /// For the test suite.
    static let small = DatasetSize(counters: 50, histograms: 10, gauges: 10, scrapes: 60, longSeries: 3, longScrapes: 600)
    /// For `agree`: few series, of every kind.
    static let agreement = DatasetSize(
        counters: 60, histograms: 12, gauges: 12, scrapes: 480, longSeries: 3, longScrapes: 3000, hasOddSeries: true)

    /// Upper bounds of a histogram's buckets.
    static let bounds = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"]
}
