import Foundation
@testable import LapwingBlocks
import LapwingSeries

/// A folder that goes with the object, and what is read of it.
final class TestData {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "lapwing-blocks-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func write(_ bytes: [UInt8], to name: String) throws {
        let file = folder.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    func read(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appending(path: name))) }

    func open() throws(ReadError) -> PrometheusData { try PrometheusData(path: folder.path) }

    /// All series with their floats.
    func floats(_ matchers: [Matcher] = [], _ range: TimeRange = .all) throws(ReadError) -> [Labels: [TestSample]] {
        var result: [Labels: [TestSample]] = [:]
        for (labels, columns) in try columns(matchers, range) {
            result[labels] = columns.times.indices.map {
                TestSample(time: columns.times[$0], value: columns.values[$0], start: columns.startTimes.isEmpty ? 0 : columns.startTimes[$0])
            }
        }
        return result
    }

    func columns(_ matchers: [Matcher] = [], _ range: TimeRange = .all) throws(ReadError) -> [(labels: Labels, columns: SampleColumns)] {
        let set = try open().snapshot().select(matchers, over: range)
        var result: [(Labels, SampleColumns)] = []
        for index in set.labels.indices {
            var columns = SampleColumns()
            try set.read(index, over: range, into: &columns)
            result.append((set.labels[index], columns))
        }
        return result
    }

    static func samples(_ times: StrideTo<Int64>, value: Double = 0) -> [TestSample] {
        times.enumerated().map { TestSample(time: $1, value: value + Double($0)) }
    }
}
