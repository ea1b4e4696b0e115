import Foundation
import LapwingExposition
import LapwingSeries
import Testing

@Suite struct `Exports` {
    /// A log with one sample of each series, at 1 s, and what is known of its metric.
    private func log(_ series: [(labels: [(String, String)], value: Double, kind: UInt8, unit: String, help: String)]) -> [UInt8] {
        var log: [UInt8] = []
        for (number, one) in series.enumerated() {
            var names: [UInt8] = [1] + Self.big(UInt64(number + 1))
            names.append(UInt8(one.labels.count))
            for (name, value) in one.labels { names += Self.text(name) + Self.text(value) }
            log += Self.framed(names)
            log += Self.framed([2] + Self.big(UInt64(number + 1)) + Self.big(1000) + [0, 0] + Self.big(one.value.bitPattern))
            if one.kind > 0 {
                log += Self.framed([6, UInt8(number + 1), one.kind, 2] + Self.text("UNIT") + Self.text(one.unit) + Self.text("HELP") + Self.text(one.help))
            }
        }
        return log
    }

    private static func big(_ value: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * $0)) } }
    private static func text(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }

    /// A record in one part, behind its length and checksum.
    private static func framed(_ record: [UInt8]) -> [UInt8] {
        var checksum = UInt32.max
        for byte in record {
            checksum ^= UInt32(byte)
            for _ in 0..<8 { checksum = checksum & 1 == 1 ? checksum >> 1 ^ 0x82F6_3B78 : checksum >> 1 }
        }
        return [1, UInt8(record.count >> 8), UInt8(record.count & 255)] + big(UInt64(~checksum))[4...] + record
    }

    @Test func `families stand together under what is known of them, where that changes no label`() throws {
        let folder = try temporaryFolder()
        try FileManager.default.createDirectory(at: folder.appending(path: "wal"), withIntermediateDirectories: true)
        let bytes = log([
            ([("__name__", "lat_seconds_count")], 3, 3, "seconds", "How long."),
            ([("A", "x"), ("__name__", "lat_seconds_bucket"), ("le", "0.5")], 2, 3, "seconds", "How long."),
            ([("__name__", "lat_seconds_bucket"), ("le", "+Inf")], 3, 3, "seconds", "How long."), ([("__name__", "lat_max")], 9, 2, "", ""),
            ([("__name__", "whole_bucket"), ("le", "1")], 4, 3, "", ""), ([("__name__", "whole_sum")], 4, 3, "", ""),
            ([("__name__", "hits_total"), ("path", "a\nb")], 5, 1, "", "Hits \"so far\"."), ([("__name__", "hits_created")], 1, 1, "", "Hits \"so far\"."),
            ([("__name__", "odd")], 6, 1, "", "A counter without its suffix."), ([("__name__", "plain")], 7, 0, "", ""),
        ])
        try Data(bytes).write(to: folder.appending(path: "wal/00000000"))
        let export = try BuiltProgram.run(["export", "--data", folder.path])
        #expect(
            export.output == """
                # HELP hits Hits \\"so far\\".
                # TYPE hits counter
                hits_created 1.0 1
                hits_total{path="a\\nb"} 5.0 1
                # TYPE lat_max gauge
                lat_max 9.0 1
                # HELP lat_seconds How long.
                # TYPE lat_seconds histogram
                # UNIT lat_seconds seconds
                lat_seconds_bucket{A="x",le="0.5"} 2.0 1
                lat_seconds_bucket{le="+Inf"} 3.0 1
                lat_seconds_count 3.0 1
                # TYPE odd unknown
                odd 6.0 1
                # TYPE plain unknown
                plain 7.0 1
                # TYPE whole unknown
                whole_bucket{le="1"} 4.0 1
                whole_sum 4.0 1
                # EOF

                """, "\(export.error)")
        #expect(export.status == 0)
        let late = try BuiltProgram.run(["query", "--data", folder.path, "plain"])
        #expect(late.status == 0 && late.output.isEmpty)
        #expect(late.error.contains("the data is of 1970-01-01T00:00:01Z to 1970-01-01T00:00:01Z; ask for a time in it"), "\(late.error)")
        #expect(try BuiltProgram.run(["query", "--data", folder.path, "--time", "100", "plain"]).output == "plain  7\n")
        try Data(export.output.utf8).write(to: folder.appending(path: "page.om"))
        let again = try BuiltProgram.run(["export", "--data", folder.path + "/page.om"])
        #expect(again.output.split(separator: "\n").filter { !$0.hasPrefix("#") } == export.output.split(separator: "\n").filter { !$0.hasPrefix("#") })
    }

    @Test func `native histograms are named where the format has no form for them, and come back from one that has`() throws {
        let folder = try temporaryFolder()
        let histogram = NativeHistogram(
            schema: 2, zeroThreshold: 0.5, zeroCount: 1, count: 4, sum: 7, positiveSpans: [.init(offset: 1, length: 2)], positiveBuckets: [1, 2])
        var page = ProtobufPageWriter()
        page.write(Labels(metric: "f"), 1.5, at: Timestamp(milliseconds: 1000))
        for time in [1000, 2000] as [Int64] { page.write(Labels(metric: "h", ["a": "b"]), histogram, at: Timestamp(milliseconds: time)) }
        let bytes = page.finish()
        try Data(bytes).write(to: folder.appending(path: "page.pb"))
        let text = try BuiltProgram.run(["export", "--data", folder.path + "/page.pb"])
        #expect(text.output == "f 1.5 1\n# EOF\n" && text.status == 1)
        #expect(
            text.error == "lapwing: left out, since OpenMetrics text has no form for it: 2 native histograms, the first of h{a=\"b\"}; "
                + "--output protobuf writes all\n")
        #expect(try BuiltProgram.run(["query", "--data", folder.path + "/page.pb", "--time", "2", "histogram_sum(h)"]).output == "{a=\"b\"}  7\n")
        let copy = try BuiltProgram.run(["export", "--data", folder.path + "/page.pb", "--output", "protobuf"])
        // The output is read as text, which these bytes are not all.
        #expect(copy.output == String(decoding: bytes, as: UTF8.self) && copy.status == 0, "\(copy.error)")
    }

    @Test func `ends of series, custom buckets, start times and reset hints are exported as protobuf, and read back as they were`() throws {
        let folder = try temporaryFolder()
        let histogram = NativeHistogram(
            counterResetHint: .reset, schema: NativeHistogram.customBucketsSchema, count: 3, sum: 7,
            positiveSpans: [.init(offset: 1, length: 2)], positiveBuckets: [1, 2],
            customValues: [1, 2.5])
        var page = ProtobufPageWriter(tellsOrigins: true)
        for (time, value, start) in [(1000, 1, 500), (2000, StaleMarker.value, 0)] as [(Int64, Double, Int64)] {
            page.write(Labels(metric: "f"), value, at: Timestamp(milliseconds: time), startTime: start)
        }
        for (time, one, start) in [(1000, histogram, 600), (2000, .staleMarker, 0)] as [(Int64, NativeHistogram, Int64)] {
            page.write(Labels(metric: "h"), one, at: Timestamp(milliseconds: time), startTime: start)
        }
        let bytes = page.finish()
        let path = folder.path + "/page.pb"
        try Data(bytes).write(to: URL(filePath: path))
        let copy = try BuiltProgram.run(["export", "--data", path, "--output", "protobuf"])
        #expect(copy.output == String(decoding: bytes, as: UTF8.self) && copy.status == 0 && copy.error.isEmpty, "\(copy.error)")
        let both = ["query", "--data", path, "f + on() histogram_fraction(1, 2.5, h)", "--time"]
        #expect(try BuiltProgram.run(both + ["1.5"]).output == "{}  1.3333333333333333\n")
        #expect(try BuiltProgram.run(both + ["2.5"]).output.isEmpty)
        let text = try BuiltProgram.run(["export", "--data", path])
        #expect(text.output == "f 1.0 1\n# EOF\n" && text.status == 1)
        #expect(text.error.contains(": 2 stale markers, without which what is read back goes on for 5m;"), "\(text.error)")
        #expect(text.error.contains(": 1 start time; --output protobuf writes all"), "\(text.error)")
    }
}
