import Foundation
import LapwingConfiguration
import LapwingText
import SeededRandom
import Testing

/// Small configurations, right and wrong, beside what `promtool check config` says of them.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool"))) struct PromtoolComparisonTests {
    /// What Debian's promtool is too old for, in its own words.
    private static let newer = [
        "not found in type", "unknown relabel action", "unknown scrape protocol", "unsupported scheme",
        "unknown TLS version",
        "is invalid 'target_label'",
    ]

    /// What lapwing refuses and that promtool takes: numbers cut to whole ones, addresses and schemes that nobody can ask, an interval
    /// without end, a request without time, queues that 3.14 refuses too, and credentials given twice of which it looks at one kind only.
    private static let stricter = [
        "is a whole number, not \"1.5\"", "\"scheme\" is one of", "\"7\": ", "\"refresh_interval\" is longer than 0s",
        "remote write queue", "timeout cannot be zero",
        "authorization is not compatible",
    ]

    /// Files that configurations name.
    private static let files = ["some", "k", "c"]

    /// - Returns: why each file is refused; nil for one that is accepted.
    private func verdicts(_ texts: [String]) throws -> [String?] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lapwing-promtool-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in Self.files { try Data().write(to: folder.appending(path: name)) }
        for (index, text) in texts.enumerated() {
            try Data(text.utf8).write(to: folder.appending(path: "\(index).yml"))
        }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/promtool")
        process.arguments = ["check", "config"] + texts.indices.map { "\($0).yml" }
        process.currentDirectoryURL = folder
        let errors = folder.appending(path: "errors")
        try Data().write(to: errors)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        let checked = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        // What is wrong comes in the order of the files, without their names.
        var reasons = try String(contentsOf: errors, encoding: .utf8).components(separatedBy: "  FAILED: ").dropFirst()
        let accepted = Set(checked.matches(of: /SUCCESS: (\d+)\.yml/).compactMap { Int($0.1) })
        let verdicts = texts.indices.map { accepted.contains($0) ? nil : reasons.popFirst() ?? "?" }
        #expect(reasons.isEmpty && !verdicts.contains("?"))
        return verdicts
    }

    /// Every key with every value, and keys of one section together.
    private func texts(seed: UInt64) -> [String] {
        var random = SeededGenerator(seed)
        var texts = PrometheusKey.all.flatMap { key in key.shape.values.map(key.file) }
        for section in PrometheusKey.Section.allCases {
            let keys = PrometheusKey.all.filter { $0.section == section && $0.beside.isEmpty }
            guard keys.count > 1 else { continue }
            for _ in 0..<20 {
                var pairs: [String: String] = [:]
                for _ in 0..<(2 + random.below(3)) {
                    let key = keys[random.below(keys.count)]
                    pairs[key.name] = key.shape.values[random.below(key.shape.values.count > 4 ? 3 : 2)]
                }
                texts.append(
                    section.file(
                        pairs.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")))
            }
        }
        return texts
    }

    @Test func `promtool accepts what lapwing accepts, and lapwing refuses nothing else but what it has not`() throws {
        let seed: UInt64 = 1
        let texts = texts(seed: seed)
        var compared = 0
        for (text, verdict) in zip(texts, try verdicts(texts)) {
            if let verdict, Self.newer.contains(where: { verdict.contains($0) }) { continue }
            var faults: [Diagnostic] = []
            do throws(SourceError) { _ = try Configuration.read(SourceText(name: "x.yml", text)) } catch {
                faults = error.diagnostics
            }
            faults = faults.filter { $0.severity == .error }
            if faults.contains(where: { $0.check == "config/unsupported" }) { continue }
            if verdict == nil,
                faults.contains(where: { fault in Self.stricter.contains { fault.message.contains($0) } })
            {
                continue
            }
            compared += 1
            #expect(
                faults.isEmpty == (verdict == nil),
                "\(text)\npromtool: \(verdict ?? "accepted"), lapwing: \(faults.map(\.message)), seed \(seed)")
        }
        #expect(compared > 500)
    }
}
