import Foundation
@testable import LapwingBlocks
import LapwingSeries
import Testing

@Suite struct `Blocks` {
    /// Labels of many values, so that lists between the kept entries of the table are looked for.
    private static let series: [BlockWriting.Series] = (0..<200).map { number in
        var builder = Labels.Builder(Labels(metric: number % 2 == 0 ? "even" : "odd", ["n": "\(number)", "Zone": "z\(number % 7)"]))
        if number % 3 == 0 { builder.set("third", "ja") }
        if number % 5 == 0 { builder.set("überall", "\u{65}\u{301}\(number % 2)") }
        let start = Int64(number) * 10
        let (early, late) = (stride(from: start, to: start + 1000, by: 10), stride(from: start + 1000, to: start + 1500, by: 10))
        return BlockWriting.Series(builder.labels, [TestData.samples(early), TestData.samples(late)])
    }

    private static let matchers: [[Matcher]] = {
        func matcher(_ name: String, _ operation: Matcher.Operation, _ value: String) -> Matcher {
            (try? Matcher(name, operation, value)) ?? .equal("never", "so")
        }
        return [
            [], [.equal("__name__", "even")], [.equal("__name__", "even"), .equal("n", "64")], [.equal("n", "65"), .equal("__name__", "even")],
            [matcher("n", .matches, "1.*")], [matcher("n", .matches, "1|2|33|nichts|199")], [matcher("n", .matchesNot, "1.*|.*7")],
            [.notEqual("third", "")], [.equal("third", "")], [.notEqual("third", "ja"), matcher("Zone", .matches, "z[1-3]")],
            [matcher("third", .matches, "ja|")], [matcher("nowhere", .matches, ".+")], [matcher("nowhere", .matchesNot, "x")],
            [.equal("überall", "\u{e9}0")], [.equal("überall", "\u{65}\u{301}0")], [.equal("__name__", "odd"), matcher("n", .matches, ".*[02468]5")],
            [.equal("third", "ja"), matcher("n", .matchesNot, "1.+"), .notEqual("n", "3")], [matcher("n", .matches, ".*"), .equal("Zone", "z0")],
            [matcher("n", .matchesNot, ".*")],
        ]
    }()

    @Test(arguments: [1, 2, 3] as [UInt8], [false, true])
    func `series are found by every kind of matcher, in every version of the index`(version: UInt8, isReversed: Bool) throws {
        let data = try TestData()
        try BlockWriting(series: Self.series, version: version, isTableReversed: isReversed).write(into: data.folder)
        let snapshot = try data.open().snapshot()
        for matchers in Self.matchers {
            let wanted = Self.series.map(\.labels).filter { labels in matchers.allSatisfy { $0.matches(labels) } }.sorted()
            #expect(try snapshot.select(matchers, over: .all).labels == wanted, "\(matchers)")
        }
        #expect(try snapshot.labelNames(matching: [], over: .all) == ["Zone", "__name__", "n", "third", "überall"])
        #expect(try snapshot.labelNames(matching: [[.equal("n", "1")]], over: .all) == ["Zone", "__name__", "n"])
        #expect(try snapshot.labelValues(of: "n", matching: [], over: .all).count == 200)
        #expect(try snapshot.labelValues(of: "n", matching: [[.equal("Zone", "z0")]], over: .all).count == 29)
        #expect(try snapshot.labelValues(of: "", matching: [], over: .all).isEmpty)
    }

    @Test func `only the series and samples of a range are shown`() throws {
        let data = try TestData()
        try BlockWriting(series: Self.series).write(into: data.folder)
        let range = TimeRange(start: Timestamp(milliseconds: 995), end: Timestamp(milliseconds: 1005))
        let found = try data.floats([], range)
        #expect(found.count == 101)
        #expect(found.values.allSatisfy { $0.map(\.time) == [1000] })
        #expect(try data.floats([], TimeRange(start: Timestamp(milliseconds: 9000), end: .distantFuture)).isEmpty)
        #expect(try data.floats([], TimeRange(start: .distantFuture, end: .distantPast)).isEmpty)
        let empty = try data.open().snapshot().labelNames(matching: [], over: TimeRange(start: .distantPast, end: Timestamp(milliseconds: -1)))
        #expect(empty.isEmpty)
    }

    @Test func `blocks that overlap are one, without duplicates`() throws {
        let data = try TestData()
        let (a, b) = (Labels(metric: "a"), Labels(metric: "b"))
        let early = TestData.samples(stride(from: 0, to: 1000, by: 10))
        let late = TestData.samples(stride(from: 500, to: 2000, by: 10), value: 50)
        let between = TestData.samples(stride(from: 5, to: 1000, by: 10), value: 7000)
        try BlockWriting(series: [.init(a, [early]), .init(b, [early])]).write(into: data.folder)
        try BlockWriting(series: [.init(a, [late])], ulid: "01M85A25NXTDZWGDV68F2PRPVC").write(into: data.folder)
        try BlockWriting(series: [.init(a, [between])], ulid: "01M85A25S1A8SMW7BZZK1VMPZD").write(into: data.folder)
        let found = try data.floats()
        #expect(found[b] == early)
        #expect(found[a] == (early + late[50...] + between).sorted { $0.time < $1.time })
    }

    @Test func `a block that was put together from others replaces them`() throws {
        let data = try TestData()
        let samples = TestData.samples(stride(from: 0, to: 100, by: 10))
        try BlockWriting(series: [.init(Labels(metric: "deleted"), [samples])], ulid: "01M85A25NXTDZWGDV68F2PRPVC").write(into: data.folder)
        try BlockWriting(series: [.init(Labels(metric: "kept"), [samples])], parents: ["01M85A25NXTDZWGDV68F2PRPVC"]).write(into: data.folder)
        #expect(try data.floats().keys.map(\.metricName) == ["kept"])
    }

    @Test func `a block that is to be deleted is not shown`() throws {
        let data = try TestData()
        let samples = TestData.samples(stride(from: 0, to: 100, by: 10))
        try BlockWriting(series: [.init(Labels(metric: "kept"), [samples])], ulid: "01M85A25NXTDZWGDV68F2PRPVC").write(into: data.folder)
        try BlockWriting(series: [.init(Labels(metric: "deleted"), [samples])], isDeletable: true).write(into: data.folder)
        #expect(try data.floats().keys.map(\.metricName) == ["kept"])
    }

    @Test func `what was deleted is not shown`() throws {
        let data = try TestData()
        let (a, b, c) = (Labels(metric: "a"), Labels(metric: "b"), Labels(metric: "c"))
        let samples = TestData.samples(stride(from: 0, to: 1000, by: 10))
        let stones: [(series: Int, span: ClosedRange<Int64>)] = [(0, 100...199), (0, 150...250), (1, .min ... .max), (0, 900...900)]
        try BlockWriting(series: [.init(a, [samples]), .init(b, [samples]), .init(c, [samples])], tombstones: stones).write(into: data.folder)
        let found = try data.floats()
        #expect(found[a] == samples.filter { !(100...250).contains($0.time) && $0.time != 900 })
        #expect(found[b] == nil)
        #expect(found[c] == samples)
    }

    @Test func `a block alone can be opened, and folders that are no blocks are passed over`() throws {
        let data = try TestData()
        let samples = TestData.samples(stride(from: 0, to: 100, by: 10))
        try BlockWriting(series: [.init(Labels(metric: "a"), [samples])]).write(into: data.folder)
        let alone = try PrometheusData(path: data.folder.appending(path: "01M85A25MCNW56H2E6JVCDQB5H").path)
        #expect(try alone.snapshot().select([], over: .all).labels == [Labels(metric: "a")])
        try data.write([1, 2, 3], to: "01M85A25NXTDZWGDV68F2PRPVC.tmp-for-creation/index")
        try data.write([1, 2, 3], to: "01M85A25S1A8SMW7BZZK1VMPZD/index")
        try data.write(Array("{".utf8), to: "01M85A25W3YWTGADWZGBNGY206/meta.json")
        let opened = try data.open()
        #expect(try opened.snapshot().select([], over: .all).labels.count == 1)
        #expect(opened.remarks.count == 2)
        #expect(opened.remarks.allSatisfy { $0.contains("is left out") && $0.contains("meta.json") }, "\(opened.remarks)")
        #expect(PrometheusData.isData(data.folder.path) && !PrometheusData.isData(data.folder.path + "/01M85A25MCNW56H2E6JVCDQB5H/chunks"))
    }

    @Test func `what is deleted while it is open stays readable`() throws {
        let data = try TestData()
        let samples = TestData.samples(stride(from: 0, to: 100, by: 10))
        try BlockWriting(series: [.init(Labels(metric: "a"), [samples])]).write(into: data.folder)
        let opened = try data.open()
        try FileManager.default.removeItem(at: data.folder.appending(path: "01M85A25MCNW56H2E6JVCDQB5H"))
        let set = try opened.snapshot().select([], over: .all)
        var columns = SampleColumns()
        try set.read(0, over: .all, into: &columns)
        #expect(columns.times == samples.map(\.time))
    }

    @Test func `a damaged chunk is named with its file and byte, and harms no other`() throws {
        let data = try TestData()
        let samples = TestData.samples(stride(from: 0, to: 100, by: 10))
        try BlockWriting(series: [.init(Labels(metric: "a"), [samples]), .init(Labels(metric: "b"), [samples])]).write(into: data.folder)
        let path = "01M85A25MCNW56H2E6JVCDQB5H/chunks/000001"
        var bytes = try data.read(path)
        bytes[15] ^= 4
        try data.write(bytes, to: path)
        #expect(try data.floats([.equal("__name__", "b")]).values.first == samples)
        let error = #expect(throws: ReadError.self) { try data.floats([.equal("__name__", "a")]) }
        #expect(error?.message.contains("\(path) is damaged at byte 9: the checksum of a chunk is") == true, "\(String(describing: error))")
    }

    /// Each byte of the files of a small block, with each a bit flipped; then cuts.
    @Test func `no byte can be changed unnoticed, and none traps`() throws {
        let data = try TestData()
        let samples = TestData.samples(stride(from: 0, to: 100, by: 10))
        let block = BlockWriting(
            series: [.init(Labels(metric: "a", ["x": "1"]), [samples]), .init(Labels(metric: "b"), [samples])], tombstones: [(1, 30...50)])
        try block.write(into: data.folder)
        let whole = try data.floats()
        for name in ["index", "chunks/000001", "tombstones"] {
            let path = "\(block.ulid)/\(name)"
            let bytes = try data.read(path)
            for place in bytes.indices {
                var changed = bytes
                changed[place] ^= 1 << UInt8(place % 8)
                try data.write(changed, to: path)
                expectWholeOrRefused(data, whole, "\(name), byte \(place)", path)
                if place % 5 == 0 {
                    try data.write(Array(bytes[..<place]), to: path)
                    expectWholeOrRefused(data, whole, "\(name), cut at \(place)", path)
                }
            }
            try data.write(bytes, to: path)
        }
    }

    private func expectWholeOrRefused(_ data: TestData, _ whole: [Labels: [TestSample]], _ what: String, _ path: String) {
        do {
            #expect(try data.floats() == whole, "\(what)")
        } catch {
            #expect("\(error)".contains(path) || "\(error)".contains("chunk file"), "\(what): \(error)")
        }
    }
}
