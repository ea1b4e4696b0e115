import LapwingHTTP
import LapwingSeries
import Testing

@testable import LapwingServer

@Suite struct `A request's parameters` {
    @Test(arguments: [("", nil), ("lookback_delta=0", nil), ("lookback_delta=-5", nil), ("lookback_delta=1m", Duration.seconds(60))])
    func `look back as far as the engine does where they do not say how far`(parameters: String, lookback: Duration?) throws {
        let request = try #require(HTTPRequest(.get, "/api/v1/query?\(parameters)"))
        #expect(try RequestParameters(request, now: Timestamp(milliseconds: 0)).lookbackDelta() == lookback)
    }
}
