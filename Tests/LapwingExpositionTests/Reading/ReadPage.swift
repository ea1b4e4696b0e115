import LapwingExposition
import LapwingSeries

/// A sample line as a test wants to see it.
struct Line: Equatable, CustomStringConvertible {
    var labels: Labels
    var value: Double
    var time: Int64?

    init(_ labels: Labels, _ value: Double, at time: Int64? = nil) {
        self.labels = labels
        self.value = value
        self.time = time
    }

    static func == (a: Line, b: Line) -> Bool {
        a.labels == b.labels && a.value.bitPattern == b.value.bitPattern && a.time == b.time
    }

    var description: String { "\(labels) \(value)\(time.map { " @\($0)" } ?? "")" }
}

func lines(_ text: String, _ format: ExpositionFormat) throws -> [Line] {
    var known = SeriesTexts()
    var page = ExpositionPage()
    let bytes = Array(text.utf8)
    return try lines(bytes, format, &page, &known)
}

func lines(
    _ bytes: [UInt8], _ format: ExpositionFormat, _ page: inout ExpositionPage, _ known: inout SeriesTexts
) throws -> [Line] {
    try page.read(bytes.span, as: format, known: &known)
    var result: [Line] = []
    for line in 0..<page.count {
        let time = page.times[line]
        let labels = try page.labels(ofLine: line, in: bytes.span)
        result.append(Line(labels, page.values[line], at: time == ExpositionPage.noTime ? nil : time))
    }
    return result
}

/// The error of a page, or nil when it can be read.
func failure(_ bytes: [UInt8], _ format: ExpositionFormat) -> ExpositionError? {
    var known = SeriesTexts()
    var page = ExpositionPage()
    do {
        try page.read(bytes.span, as: format, known: &known)
        return nil
    } catch {
        return error
    }
}

func failure(_ text: String, _ format: ExpositionFormat) -> ExpositionError? { failure(Array(text.utf8), format) }

extension String {
    /// UTF-8 with `ÿ` standing for the stray byte 0xFF, so that broken pages can be written in source.
    var withStrayBytes: [UInt8] { unicodeScalars.flatMap { $0 == "ÿ" ? [0xFF] : Array(String($0).utf8) } }
}
