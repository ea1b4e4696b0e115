import Foundation
import LapwingExposition
import LapwingText
import Testing

/// The pages of prometheus/OpenMetrics' own tests: strict mode gives the verdict of each.
@Suite struct OpenMetricsCorpusTests {
    static let folder: String? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return [root.appendingPathComponent("../shared").standardized.path, "/work/shared"]
            .map { $0 + "/corpora/openmetrics" }
            .first { FileManager.default.fileExists(atPath: $0) }
    }()

    struct Verdict: Decodable {
        var shouldParse: Bool
    }

    @Test(.enabled(if: folder != nil, "the corpora are not at ../shared/corpora"))
    func `every page gets its verdict`() throws {
        let folder = try #require(Self.folder)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        var passed = 0
        for name in names {
            guard let page = FileManager.default.contents(atPath: "\(folder)/\(name)/metrics"),
                let test = FileManager.default.contents(atPath: "\(folder)/\(name)/test.json")
            else { continue }
            let verdict = try JSONDecoder().decode(Verdict.self, from: test)
            let bytes = Array(page)
            let diagnostics = ExpositionCheck.diagnostics(of: bytes.span, as: .openMetrics)
            let source = SourceText(name: name, bytes: bytes)
            let told = diagnostics.map { $0.line(in: source) }.joined(separator: "\n")
            #expect(diagnostics.isEmpty == verdict.shouldParse, "\(name): \(told)")
            if diagnostics.isEmpty == verdict.shouldParse { passed += 1 }
        }
        #expect(passed >= 200)
    }
}
