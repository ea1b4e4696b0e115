// glob(3) hands out C strings; they are copied into Swift strings at once.
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif
import Foundation
import LapwingHTTP
public import LapwingRules
import LapwingText

/// Finds rule files and reads them.
public enum RuleLoading {
    /// The paths that a pattern with `*`, `?` and `[…]` stands for, in order; a path without them stands for itself.
    public static func paths(matching pattern: String) -> [String] {
        var result = glob_t()
        defer { globfree(&result) }
        guard glob(pattern, 0, nil, &result) == 0 else { return pattern.contains { "*?[".contains($0) } ? [] : [pattern] }
        return (0..<Int(result.gl_pathc)).compactMap { index in result.gl_pathv[index].map { String(cString: $0) } }
    }

    /// Reads the files of all patterns.
    ///
    /// - Throws: what is wrong with any of them, as a person reads it.
    public static func files(_ patterns: [String]) throws(RuleLoadingError) -> [RuleFile] {
        var files: [RuleFile] = []
        var faults: [String] = []
        for path in patterns.flatMap(paths) {
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
