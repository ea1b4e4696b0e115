import LapwingHTTP
import Synchronization

/// A target that shows a page of many series, other values each time.
final class PageTarget: Sendable {
    private let server: HTTPServer
    let address: String
    private let shown: Counter

    private final class Counter: Sendable {
        let count = Atomic(0)
    }

    /// - Parameter series: lines of the page; 50,000 make 6 MB.
    init(series: Int) throws {
        let pages = (0..<4).map { ExpositionBenchmarks.page(series: series, scrape: $0) }
        let shown = Counter()
        self.shown = shown
        server = HTTPServer(configuration: HTTPServerConfiguration()) { _ in
            let number = shown.count.wrappingAdd(1, ordering: .relaxed).oldValue
            return HTTPResponse(status: .ok, contentType: "text/plain; version=0.0.4; charset=utf-8", body: .bytes(pages[number % pages.count]))
        }
        address = "\(try server.start())"
    }

    /// How often the page has been asked for.
    var scrapes: Int { shown.count.load(ordering: .relaxed) }

    func stop() { server.shutdown(grace: .seconds(1)) }
}
