// glob(3) hands out C strings; they are copied into Swift strings at once.
import LapwingHTTP
public import LapwingRules
import LapwingSystem
import LapwingText

/// Finds rule files and reads them.
public enum RuleLoading {
    /// The paths that a pattern with `*`, `?` and `[…]` stands for, in order, without those of unit tests beside rules; a path without
    /// them stands for itself.
    public static func paths(matching pattern: String) -> [String] {
        let isPattern = pattern.contains { "*?[".contains($0) }
        return allPaths(matching: pattern).filter { !isPattern || !isTestFile($0) }
    }

    /// The files of unit tests that a pattern leaves out.
    public static func testFiles(matching pattern: String) -> [String] {
        let taken = Set(paths(matching: pattern))
        return allPaths(matching: pattern).filter { !taken.contains($0) }
    }

    /// Whether a file holds unit tests, by its name and by what is in it: who asks for all rules of a folder does not mean it.
    public static func isTestFile(_ path: String) -> Bool {
        guard [".test.yml", "_test.yml", ".test.yaml", "_test.yaml"].contains(where: path.hasSuffix), let bytes = try? InputFile.bytes(of: path)
        else { return false }
        let lines = bytes.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        return lines.contains { $0.starts(with: "tests:".utf8) }
    }

    private static func allPaths(matching pattern: String) -> [String] {
        var result = glob_t()
        defer { globfree(&result) }
        guard glob(pattern, 0, nil, &result) == 0 else { return pattern.contains { "*?[".contains($0) } ? [] : [pattern] }
        return (0..<Int(result.gl_pathc)).compactMap { index in result.gl_pathv[index].map { String(cString: $0) } }
    }

    /// Each file once, however its path is written: as it is written first.
    public static func distinct(_ paths: [String]) -> [String] {
        var seen: Set<String> = []
        return paths.filter { seen.insert(cleaned($0)).inserted }
    }

    /// A path without what leads nowhere, as `./` and `folder/..`, by its text alone.
    public static func cleaned(_ path: String) -> String {
        let isAbsolute = path.hasPrefix("/")
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(part)
            } else if let last = parts.last, last != ".." {
                parts.removeLast()
            } else if !isAbsolute {
                parts.append(part)
            }
        }
        return (isAbsolute ? "/" : "") + parts.joined(separator: "/")
    }

    /// Reads the files of all patterns, each once.
    ///
    /// - Throws: what is wrong with any of them, as a person reads it.
    public static func files(_ patterns: [String]) throws(RuleLoadingError) -> [RuleFile] {
        var files: [RuleFile] = []
        var faults = patterns.filter { !GlobPattern.isWellFormed($0) }.map { "syntax error in pattern \(GoQuote.quote($0)): \(GlobPattern.help)" }
        for path in distinct(patterns.flatMap(paths)) {
            do {
                files.append(try file(path))
            } catch let error as SourceError {
                faults.append("\(error)")
            } catch {
                faults.append("\(path): \(error)")
            }
        }
        if !faults.isEmpty { throw RuleLoadingError(description: faults.joined(separator: "\n")) }
        return files
    }

    /// The bytes of a file with a password or token.
    @Sendable static func secret(_ path: String) throws(HTTPCredentialsError) -> [UInt8] {
        do throws(InputFileError) {
            return try InputFile.read(path).bytes
        } catch {
            throw HTTPCredentialsError("\(path): \(error)")
        }
    }

    private static func file(_ path: String) throws -> RuleFile {
        try RuleFile.read(InputFile.read(path))
    }
}

/// Why rules cannot be loaded.
public struct RuleLoadingError: Error, Sendable, CustomStringConvertible {
    public var description: String
}
