import LapwingExposition
import Testing

@Suite struct ExpositionFormatTests {
    @Test(arguments: [
        ("text/plain; version=0.0.4; charset=utf-8", ExpositionFormat.prometheusText),
        ("text/plain; version=1.0.0; escaping=allow-utf-8", .prometheusText),
        ("TEXT/PLAIN", .prometheusText),
        ("application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8", .openMetrics),
        ("application/openmetrics-text;version=0.0.1", .openMetrics),
    ])
    func `a content type tells the format`(type: String, format: ExpositionFormat) throws {
        #expect(try ExpositionFormat(contentType: type) == format)
    }

    @Test(arguments: ["", "text/html", "application/json; charset=utf-8", "nonsense"])
    func `an unknown content type needs a fallback`(type: String) throws {
        #expect(throws: UnknownContentType.self) { try ExpositionFormat(contentType: type) }
        #expect(try ExpositionFormat(contentType: type, fallback: .openMetrics) == .openMetrics)
    }

    @Test func `the accept header is Prometheus' for its text protocols`() {
        #expect(
            ExpositionFormat.acceptHeader
                == "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                + "application/openmetrics-text;version=0.0.1;q=0.5,"
                + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2")
    }

    @Test(arguments: [
        (ExpositionFormat.acceptHeader, ExpositionFormat.openMetrics), ("*/*", .prometheusText), ("", .prometheusText),
        ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", .prometheusText),
        ("text/plain;q=0.9,application/openmetrics-text;q=0.3", .prometheusText),
        ("application/openmetrics-text", .openMetrics),
    ])
    func `an answer is written in the format that is asked for first`(accept: String, format: ExpositionFormat) {
        #expect(ExpositionFormat(accept: accept) == format)
    }
}
