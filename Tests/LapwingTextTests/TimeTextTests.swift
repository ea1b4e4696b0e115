import LapwingText
import Testing

@Suite struct `Durations and times as text` {
    @Test(arguments: [
        ("0", 0), ("15s", 15_000), ("1h30m", 5_400_000), ("250ms", 250), ("1y2w3d4h5m6s7ms", 33_019_506_007), ("5d", 432_000_000),
    ])
    func `a duration is read`(text: String, milliseconds: Int64) throws {
        #expect(try PrometheusDuration.milliseconds(text) == milliseconds)
    }

    @Test(arguments: ["", "1", "s", "1m1h", "1s1s", "-1s", "1.5h", "1 s", "9999999999999999999y", "300000y", "1S"])
    func `what is no duration is refused`(text: String) {
        #expect(throws: PrometheusDuration.ParseError.self) { try PrometheusDuration.milliseconds(text) }
    }

    @Test(arguments: [
        (0, "0s"), (90_000, "1m30s"), (86_400_000, "1d"), (90_000_000, "25h"), (604_800_000, "1w"), (31_536_000_000, "1y"),
        (1, "1ms"), (-5000, "-5s"),
    ])
    func `a duration is written with days only where they divide it`(milliseconds: Int64, text: String) {
        #expect(PrometheusDuration.text(milliseconds: milliseconds) == text)
    }

    @Test(arguments: [
        ("2023-11-14T22:13:20Z", 1_700_000_000_000), ("2023-11-14T22:13:20.5Z", 1_700_000_000_500),
        ("2023-11-15T00:13:20+02:00", 1_700_000_000_000), ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59.999Z", -1),
        ("2024-02-29T12:00:00Z", 1_709_208_000_000),
    ])
    func `a time is read`(text: String, milliseconds: Int64) {
        #expect(TimeText.milliseconds(rfc3339: text) == milliseconds)
        #expect(TimeText.milliseconds(rfc3339: TimeText.rfc3339(milliseconds: milliseconds)) == milliseconds)
    }

    @Test(arguments: ["2023-02-29T00:00:00Z", "2023-13-01T00:00:00Z", "2023-01-01", "2023-01-01T24:00:00Z", "2023-01-01T00:00:00", "x"])
    func `what is no time is refused`(text: String) { #expect(TimeText.milliseconds(rfc3339: text) == nil) }

    @Test func `Unix seconds may have a fraction`() {
        #expect(TimeText.milliseconds(secondsOrRFC3339: "1700000000.123") == 1_700_000_000_123)
        #expect(TimeText.milliseconds(secondsOrRFC3339: "1e300") == nil)
    }
}
