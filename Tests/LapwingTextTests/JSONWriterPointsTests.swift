import Testing

@testable import LapwingText

@Suite struct `Points in JSON` {
    @Test(arguments: [
        (0, "0"), (-0.0, "-0"), (1, "1"), (0.5, "0.5"), (123.25, "123.25"), (1e-6, "0.000001"), (9.99e-7, "9.99e-07"),
        (1.2345678901234567e-6, "0.0000012345678901234567"), (1e21, "1e+21"), (1e20, "100000000000000000000"),
        (123_456_789_012_345_683_968, "123456789012345680000"), (9.999999999999999e20, "999999999999999900000"),
        (4_503_599_627_370_495.5, "4503599627370495.5"), (12_345_678.5, "12345678.5"), (123_456_789.125, "123456789.125"),
        (9_007_199_254_740_992, "9007199254740992"), (-2.2250738585072014e-308, "-2.2250738585072014e-308"), (.leastNonzeroMagnitude, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"), (.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
        (-1e15, "-1000000000000000"), (99_999_999, "99999999"), (100_000_000, "100000000"), (1e100, "1e+100"),
    ])
    func `a number is written as Prometheus marshals floats`(value: Double, text: String) {
        var json = JSONWriter()
        json.quoted(value)
        #expect(json.text == "\"\(text)\"")
        #expect(points([0], [value]) == "[[0,\"\(text)\"]]")
    }

    @Test(arguments: [
        (0, "0"), (1, "0.001"), (10, "0.010"), (100, "0.100"), (1000, "1"), (-1, "-0.001"), (-1500, "-1.500"),
        (1_435_781_451_781, "1435781451.781"), (1_435_781_451_000, "1435781451"), (Int64.max, "9223372036854775.807"),
        (Int64.min, "-9223372036854775.808"),
    ])
    func `a time is written in seconds, with three digits of fraction or none`(time: Int64, text: String) {
        var json = JSONWriter()
        json.seconds(time)
        #expect(json.text == text)
        json = JSONWriter()
        json.array { json in
            json.point(PointPrefix(time: time), -2.5)
            json.point(PointPrefix(time: time), 7)
        }
        #expect(json.text == "[[\(text),\"-2.5\"],[\(text),\"7\"]]")
        #expect(points([time, time], [1.5, 2]) == "[[\(text),\"1.5\"],[\(text),\"2\"]]")
    }

    @Test func `the longest texts of both have room`() {
        let times = [Int64](repeating: .min, count: 1000)
        let values = [Double](repeating: -1.2345678901234567e-6, count: 1000)
        let point = "[-9223372036854775.808,\"-0.0000012345678901234567\"]"
        #expect(points(times, values) == "[" + [String](repeating: point, count: 1000).joined(separator: ",") + "]")
    }

    @Test func `what is absent is left out, also in front and in long runs`() {
        let absent = Double(bitPattern: 0x7ff0_0000_0000_0002)
        let other = Double(bitPattern: 0x7ff0_0000_0000_0003)
        var values = [Double](repeating: absent, count: 700)
        values[300] = 3
        values[301] = other
        values[699] = .nan
        let prefixes = values.indices.map { PointPrefix(time: Int64($0) * 1000) }
        var json = JSONWriter()
        var isOpen = false
        json.points(prefixes.span, values.span, absent: absent.bitPattern..<(absent.bitPattern + 2), isOpen: &isOpen)
        #expect(isOpen)
        json.endArray()
        #expect(json.text == "[[300,\"3\"],[699,\"NaN\"]]")
        isOpen = false
        json = JSONWriter()
        json.points(prefixes.span.extracting(0..<300), values.span.extracting(0..<300), absent: absent.bitPattern..<(absent.bitPattern + 2), isOpen: &isOpen)
        #expect(!isOpen && json.bytes.isEmpty)
    }

    @Test func `labels' strings are escaped as json-iterator escapes them, others as encoding/json does`() {
        let text = "plain <&> \"q\" \\ \n\r\t\u{8}\u{c}\u{1}\u{2028}é€\u{2029}"
        var bytes: [UInt8] = []
        JSONWriter.append(text, escapesHTML: false, to: &bytes)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "\"plain <&> \\\"q\\\" \\\\ \\n\\r\\t\\u0008\\u000c\\u0001\u{2028}é€\u{2029}\"")
        bytes = []
        JSONWriter.append(text, to: &bytes)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "\"plain \\u003c\\u0026\\u003e \\\"q\\\" \\\\ \\n\\r\\t\\b\\f\\u0001\\u2028é€\\u2029\"")
    }

    private func points(_ times: [Int64], _ values: [Double]) -> String {
        var json = JSONWriter()
        var isOpen = false
        json.points(times: times.span, values.span, isOpen: &isOpen)
        json.endArray()
        return json.text
    }
}
