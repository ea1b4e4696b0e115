import Dispatch
import LapwingLint
import LapwingRules
import LapwingServer
import LapwingText
import LapwingYAML

/// Rule files, read and looked at.
enum CheckedRules {
    /// - Parameter areLoadedTogether: whether the rules of all files are of one server; else those of one folder are taken to be.
    static func findings(in paths: [String], areLoadedTogether: Bool, _ settings: LintSettings) -> [Finding] {
        var settings = settings
        settings.areLoadedTogether = areLoadedTogether
        var findings: [[Finding]] = []
        var files: [(index: Int, file: RuleFile)] = []
        for (index, path) in RuleLoading.distinct(paths).enumerated() {
            guard let source = try? InputFile.read(path) else {
                findings.append([Finding(unreadable: path)])
                continue
            }
            // Such as a shell makes of `rules/*.yml`.
            if paths.count > 1, RuleLoading.isTestFile(path) {
                findings.append([Finding(Diagnostic(.information, "a file of tests, left out; lapwing test runs it", check: "file"), in: source)])
                continue
            }
            do throws(SourceError) {
                let (file, remarks) = try read(source)
                findings.append(remarks + file.warnings.map { Finding($0, in: source) })
                files.append((index, file))
            } catch {
                findings.append(error.diagnostics.map { Finding($0, in: source) })
            }
        }
        let read = files.map(\.file)
        // Nobody waits until it is given back: piece by piece, that takes a tenth of the time.
        defer { DispatchQueue.global().async { withExtendedLifetime(read) {} } }
        if !settings.checks.isEmpty {
            let folders = Dictionary(grouping: files) { areLoadedTogether ? "" : folder(of: $0.file.name) }
            for (_, files) in folders.sorted(by: { $0.key < $1.key }) {
                for (entry, found) in zip(files, Lint.findings(in: files.map(\.file), settings)) {
                    findings[entry.index] += found.map { Finding($0, in: entry.file.source, isLint: true) }
                }
            }
        }
        return findings.flatMap { $0 }
    }

    private static func folder(of path: String) -> String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "" }

    /// Reads a file; one that is YAML only without the lines that comments exclude, as a template of rules is, is read without them,
    /// with a warning.
    private static func read(_ source: SourceText) throws(SourceError) -> (RuleFile, [Finding]) {
        do throws(SourceError) {
            return (try RuleFile.read(source), [])
        } catch {
            let ignored = IgnoredLines(source)
            let isYAML = (try? YAML.documents(in: source)) != nil
            guard !ignored.isEmpty, !isYAML, let file = try? RuleFile.read(ignored.blanking(source)) else { throw error }
            let remarks = error.diagnostics.map { fault in
                var remark = fault
                remark.severity = .warning
                remark.message = "the file is YAML only without the lines that a comment excludes: \(fault.message)"
                return Finding(remark, in: source)
            }
            return (file, remarks)
        }
    }
}
