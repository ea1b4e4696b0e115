import LapwingHTTP
import Testing

@Suite struct `When a server wants to be asked again` {
    @Test func `seconds and dates are understood, other text is not, and an hour is the most`() {
        let now: Int64 = 784_111_777
        #expect(RetryAfter.delay("120", atSecond: now) == .seconds(120))
        #expect(RetryAfter.delay("Sun, 06 Nov 1994 08:49:37 GMT", atSecond: now) == .zero)
        #expect(RetryAfter.delay("Sun, 06 Nov 1994 08:50:37 GMT", atSecond: now) == .seconds(60))
        #expect(RetryAfter.delay("Sun, 06 Nov 1994 08:00:00 GMT", atSecond: now) == .zero)
        #expect(RetryAfter.delay("Mon, 07 Nov 1994 08:49:37 GMT", atSecond: now) == .seconds(3600))
        for text in ["", "soon", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT"] {
            #expect(RetryAfter.delay(text, atSecond: now) == nil, "\(text)")
        }
        #expect(RetryAfter.delay("-5", atSecond: now) == .zero)
        #expect(RetryAfter.delay("99999999999999999999", atSecond: now) == nil)
    }
}
