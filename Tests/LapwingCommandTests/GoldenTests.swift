import Foundation
import Testing

/// What every command prints, and how it ends, as files below `Tests/Golden`.
///
/// `commands.txt` is the table: a name, and what the shell runs in a copy of `Inputs`. `Expected/NAME.txt` holds the outcome. With
/// `LAPWING_UPDATE_GOLDEN` in the environment the expected files are written anew: look at the difference before you commit it.
@Suite struct `Golden files` {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var command: String
        var testDescription: String { name }
    }

    private static let folder = BuiltProgram.root.appending(path: "Tests/Golden")
    private static let expected = folder.appending(path: "Expected")
    private static let isUpdate = ProcessInfo.processInfo.environment["LAPWING_UPDATE_GOLDEN"] != nil

    static let cases: [Case] = {
        let table = (try? String(contentsOf: folder.appending(path: "commands.txt"), encoding: .utf8)) ?? ""
        return table.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            return Case(name: String(parts[0]), command: parts[1].trimmingCharacters(in: .whitespaces))
        }
    }()

    @Test(arguments: cases) func `a command's outcome is the expected one`(_ one: Case) throws {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let inputs = folder.appending(path: "inputs")
        try FileManager.default.copyItem(at: Self.folder.appending(path: "Inputs"), to: inputs)
        let outcome = try run(one.command, in: inputs)
        var text = "$ \(one.command)\n\(outcome.output)"
        if !outcome.error.isEmpty { text += "--- standard error\n\(outcome.error)" }
        text += "--- exit status \(outcome.status)\n"
        let file = Self.expected.appending(path: one.name + ".txt")
        if Self.isUpdate { return try Data(text.utf8).write(to: file) }
        let wanted = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        #expect(text == wanted, "LAPWING_UPDATE_GOLDEN=1 writes \(file.lastPathComponent) anew")
    }

    @Test func `every expected file belongs to a command, and every command is there`() throws {
        let names = Set(try FileManager.default.contentsOfDirectory(atPath: Self.expected.path).map { String($0.dropLast(4)) })
        #expect(names.symmetricDifference(Self.cases.map(\.name)).isEmpty)
        let text = Self.cases.map(\.command).joined(separator: "\n")
        for command in ["serve", "test", "check", "query", "replay", "explain", "export", "format", "completion", "man"] {
            #expect(text.contains("lapwing \(command)"), "\(command)")
        }
    }

    private func run(_ command: String, in folder: URL) throws -> BuiltProgram.Outcome {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = folder
        var environment = ProcessInfo.processInfo.environment.filter { ["LD_LIBRARY_PATH", "ASAN_OPTIONS", "TSAN_OPTIONS"].contains($0.key) }
        environment["PATH"] = BuiltProgram.url.deletingLastPathComponent().path + ":/usr/bin:/bin"
        (environment["COLUMNS"], environment["LC_ALL"]) = ("80", "C")
        process.environment = environment
        // Into files, since a pipe that is full would wait for its reader.
        let (output, error) = (folder.appending(path: "../output"), folder.appending(path: "../error"))
        for file in [output, error] { try Data().write(to: file) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: error)
        try process.run()
        process.waitUntilExit()
        return BuiltProgram.Outcome(
            status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
            error: try String(contentsOf: error, encoding: .utf8))
    }
}
