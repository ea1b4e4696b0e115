import LapwingConfiguration
import LapwingServer
import LapwingSystem
import LapwingText

/// Configuration files, and the files that they name.
enum CheckedConfiguration {
    static func findings(in paths: [String], _ plan: LintPlan, _ data: RecordedData?) -> [Finding] {
        paths.flatMap { findings(in: $0, plan, data) }
    }

    private static func findings(in path: String, _ plan: LintPlan, _ data: RecordedData?) -> [Finding] {
        guard let source = try? ConfigurationLoading.source(path) else { return [Finding(unreadable: path)] }
        do throws(SourceError) {
            let configuration = try Configuration.read(source, environment: ConfigurationLoading.environment)
            return configuration.warnings.map { Finding($0, in: source) } + rules(of: configuration, plan, data)
                + missingFiles(of: configuration) + invalidTargets(of: configuration) + targets(of: configuration)
        } catch {
            return error.diagnostics.map { Finding($0, in: source) }
        }
    }

    private static func rules(of configuration: Configuration, _ plan: LintPlan, _ data: RecordedData?) -> [Finding] {
        var findings: [Finding] = []
        var found: [String] = []
        for rules in configuration.ruleFiles {
            let paths = RuleLoading.paths(matching: rules.pattern)
            if paths == [rules.pattern], !FileManager.default.fileExists(atPath: rules.pattern) {
                findings.append(missing(rules.pattern, rules.range, configuration))
            } else {
                if paths.isEmpty {
                    let message = "no rule file matches \(GoQuote.quote(rules.pattern))"
                    findings.append(Finding(Diagnostic(.warning, message, at: rules.range, check: "config/file"), in: configuration.source))
                }
                found += paths
            }
        }
        let global = configuration.global
        let interval = configuration.scrapes.map(\.interval).min() ?? global.scrapeInterval
        do throws(QueryFailure) {
            let settings = try plan.settings(data, scrapeInterval: interval, evaluationInterval: global.evaluationInterval)
            return findings + CheckedRules.findings(in: found, areLoadedTogether: true, settings)
        } catch {
            return findings + [Finding(Diagnostic(error.text, check: "file"), in: configuration.source)]
        }
    }

    private static func missingFiles(of configuration: Configuration) -> [Finding] {
        configuration.namedFiles.filter { !FileManager.default.fileExists(atPath: $0.path) }
            .map { missing($0.path, $0.range, configuration) }
    }

    /// Targets of the file that relabelling leaves without an address that can be asked.
    private static func invalidTargets(of configuration: Configuration) -> [Finding] {
        configuration.scrapes.flatMap { job in
            ScrapeTarget.discover(job).compactMap { target -> Finding? in
                guard case .invalid(let reason) = target else { return nil }
                let message = "a target of the job \(GoQuote.quote(job.jobName)) is none after relabelling: \(reason)"
                return Finding(Diagnostic(message, check: "config/target"), in: configuration.source)
            }
        }
    }

    /// Files of targets, which may also come later.
    private static func targets(of configuration: Configuration) -> [Finding] {
        configuration.targetFiles.flatMap { files -> [Finding] in
            let paths = RuleLoading.paths(matching: files.pattern).filter { FileManager.default.fileExists(atPath: $0) }
            if paths.isEmpty {
                let message = "no file \(GoQuote.quote(files.pattern)) with targets is there yet"
                return [Finding(Diagnostic(.warning, message, at: files.range, check: "config/file"), in: configuration.source)]
            }
            return paths.flatMap { path -> [Finding] in
                guard let bytes = FileManager.default.contents(atPath: path) else { return [Finding(unreadable: path)] }
                let source = SourceText(name: path, bytes: Array(bytes))
                do throws(SourceError) {
                    _ = try TargetGroup.read(source)
                    return []
                } catch {
                    return error.diagnostics.map { Finding($0, in: source) }
                }
            }
        }
    }

    private static func missing(_ path: String, _ range: SourceRange, _ configuration: Configuration) -> Finding {
        let message = "\(GoQuote.quote(path)) does not point to an existing file"
        return Finding(Diagnostic(message, at: range, check: "config/file"), in: configuration.source)
    }
}
