import Foundation
import LapwingBcrypt
import LapwingSnappy
import LapwingText
import LapwingYAML
import LapwingZstandard

/// The modules that know nothing of metrics and have no rows elsewhere, over a page of samples and a file of rules.
enum ModuleBenchmarks {
    /// - Parameter series: lines of the page; 50,000 make 5.8 MB.
    static func rows(series: Int) -> [Row] {
        let page = ExpositionBenchmarks.page(series: series, scrape: 0)
        let rules = SourceText(name: "rules.yml", bytes: ruleFile(rules: max(1, series / 100)))
        let compressed = SnappyBlock.compress(page)
        var checksum = 0
        var rows: [Row] = [
            ("snappy compress", speed(page.count) { checksum += SnappyBlock.compress(page).count }, "MB/s"),
            (
                "snappy decompress",
                speed(page.count) { checksum += (try? SnappyBlock.decompress(compressed, limit: page.count).count) ?? 0 }, "MB/s"
            ),
            ("yaml read", speed(rules.bytes.count) { checksum += (try? YAML.document(in: rules)) == nil ? 0 : 1 }, "MB/s"),
        ]
        if let frame = zstandardFrame(of: page) {
            rows.append(
                (
                    "zstd decompress",
                    speed(page.count) { checksum += (try? ZstandardFrame.decompress(frame, limit: page.count).count) ?? 0 }, "MB/s"
                ))
        }
        // Four rounds of work are 2^4; what files of users hold is mostly 2^10, sixty-four times that.
        let hash = BcryptHash("$2a$04$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")
        rows.append(("bcrypt, cost 4", Stopwatch.best { checksum += hash?.matches(Array("secret".utf8)) == true ? 1 : 0 } * 1000, "ms"))
        rows.append(("modules checksum", Double(checksum), "sum"))
        return rows
    }

    private static func ruleFile(rules: Int) -> [UInt8] {
        var text = "groups:\n  - name: service\n    interval: 15s\n    rules:\n"
        for number in 0..<rules {
            text += "      - alert: HighErrorRate\(number)\n        expr: rate(http_requests_total{status=~\"5..\", path=\"/p\(number)\"}[5m]) > 0.1\n"
            text += "        for: 5m\n        labels: {severity: page}\n        annotations:\n"
            text += "          summary: \"{{ $labels.instance }} answers {{ $value }} with status 5xx\"\n"
        }
        return Array(text.utf8)
    }

    /// What the program `zstd` makes of some bytes; nil where it is not installed.
    private static func zstandardFrame(of bytes: [UInt8]) -> [UInt8]? {
        let program = "/usr/bin/zstd"
        guard FileManager.default.isExecutableFile(atPath: program) else { return nil }
        let file = FileManager.default.temporaryDirectory.appending(path: "lapwing-zstd-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: program)
        process.arguments = ["-3", "-q", "-c", file.path]
        process.standardOutput = output
        guard (try? Data(bytes).write(to: file)) != nil, (try? process.run()) != nil else { return nil }
        let frame = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Array(frame)
    }

    /// Megabytes a second.
    private static func speed(_ bytes: Int, _ body: () -> Void) -> Double { Double(bytes) / 1e6 / Stopwatch.best(body) }
}
