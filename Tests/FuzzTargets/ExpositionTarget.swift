import LapwingExposition
import LapwingSeries

/// A page in every text format: read when new, and again when its series are known.
enum ExpositionTarget {
    static func fault(in bytes: [UInt8]) -> String? {
        for format in ExpositionFormat.allCases {
            var known = SeriesTexts()
            var page = ExpositionPage()
            let first = outcome(bytes, format, &page, &known)
            let lines = page.count
            if first != outcome(bytes, format, &page, &known) || page.count != lines { return "\(format): the second reading differs" }
            if page.values.count != page.series.count || page.times.count != page.series.count { return "\(format): columns differ in length" }
        }
        return nil
    }

    /// The labels of every line, or the error.
    private static func outcome(
        _ bytes: [UInt8], _ format: ExpositionFormat, _ page: inout ExpositionPage, _ known: inout SeriesTexts
    ) -> [String] {
        do {
            try page.read(bytes.span, as: format, known: &known)
            _ = page.metricMetadata(in: bytes.span)
            for exemplar in page.exemplars { _ = try page.labels(of: exemplar, in: bytes.span) }
            return try (0..<page.count).map { "\(try page.labels(ofLine: $0, in: bytes.span)) \(page.values[$0].bitPattern) \(page.times[$0])" }
        } catch {
            return ["\(error)"]
        }
    }
}
