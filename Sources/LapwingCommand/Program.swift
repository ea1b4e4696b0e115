import Dispatch
import Foundation
import Lapwing
import LapwingText

/// The program `lapwing`: finds the command, and turns how it went into an exit status.
@main
enum Program {
    static func main() {
        unblockSignals()
        let words = Array(CommandLine.arguments.dropFirst())
        if let status = runAtOnce(words) { exit(status.rawValue) }
        Task { exit(await run(words).rawValue) }
        dispatchMain()
    }

    /// Whoever started the program may have blocked signals, as threads of Dispatch do, and that is inherited: it could not be ended.
    private static func unblockSignals() {
        var none = sigset_t()
        sigemptyset(&none)
        sigprocmask(SIG_SETMASK, &none, nil)
    }

    /// What waits for nobody is done on the first thread, whose heap grows in larger steps than those of others; nil for all else.
    private static func runAtOnce(_ words: [String]) -> ExitStatus? {
        guard let name = words.first else {
            Console.error(CommandTable.overview)
            return .usage
        }
        switch name {
        case "--help", "-h", "help":
            let command = words.dropFirst().first.flatMap { word in CommandTable.commands.first { $0.name == word } }
            Console.output(command?.help ?? CommandTable.overview)
            return .success
        case "completion" where words.last == "--help", "man" where words.last == "--help":
            Console.output(CommandTable.overview)
            return .success
        case "man":
            Console.output(ManualPage.text(CommandTable.commands, version: LapwingVersion.text))
            return .success
        case "completion":
            guard words.count == 2, let shell = ShellCompletion(rawValue: words[1]) else {
                let nearest = words.dropFirst().first.flatMap { Spelling.nearest(to: $0, in: ShellCompletion.allCases.map(\.rawValue)) }
                Console.error(UsageError("completion is for bash, zsh or fish: eval \"$(lapwing completion bash)\"", nearest: nearest).text + "\n")
                return .usage
            }
            Console.output(shell.script(CommandTable.commands))
            return .success
        case "--version":
            Console.output("lapwing \(LapwingVersion.text)\n")
            return .success
        default: break
        }
        guard let command = CommandTable.commands.first(where: { $0.name == name }) else {
            let known = CommandTable.commands.map(\.name) + ["help", "completion", "man", "--help", "--version"]
            let nearest = ["-v", "-V", "version"].contains(name) ? "--version" : Spelling.nearest(to: name, in: known)
            Console.error(UsageError("unknown command \(name)", nearest: nearest).text + "\n")
            return .usage
        }
        do throws(UsageError) {
            let arguments = try Arguments(Array(words.dropFirst()), for: command)
            if arguments.has("--help") {
                Console.output(command.help)
                return .success
            }
            switch name {
            case "test": return try TestCommand.run(arguments)
            case "check" where !arguments.has("--server"): return try CheckCommand.run(arguments)
            case "format": return try FormatCommand.run(arguments)
            case "export": return try ExportCommand.run(arguments)
            default: return nil
            }
        } catch {
            return failure(error, of: name)
        }
    }

    /// The commands that wait for others.
    private static func run(_ words: [String]) async -> ExitStatus {
        guard let command = CommandTable.commands.first(where: { $0.name == words.first }) else { return .usage }
        do throws(UsageError) {
            let arguments = try Arguments(Array(words.dropFirst()), for: command)
            switch command.name {
            case "serve": return try await ServeCommand.run(arguments)
            case "check": return try await onThread { () throws(UsageError) in try CheckCommand.run(arguments) }
            case "replay": return try await onThread { () throws(UsageError) in try ReplayCommand.run(arguments) }
            case "explain": return try await onThread { () throws(UsageError) in try ExplainCommand.run(arguments) }
            default: return try await QueryCommand.run(arguments)
            }
        } catch {
            return failure(error, of: command.name)
        }
    }

    private static func failure(_ error: UsageError, of command: String) -> ExitStatus {
        var error = error
        error.command = error.command ?? command
        Console.error(error.text + "\n")
        return .usage
    }

    /// Runs on a thread of its own what may wait for other servers, as a task must not.
    private static func onThread(
        _ work: @escaping @Sendable () throws(UsageError) -> ExitStatus
    ) async throws(UsageError) -> ExitStatus {
        let outcome = await withCheckedContinuation { (continuation: CheckedContinuation<Result<ExitStatus, UsageError>, Never>) in
            let thread = Thread {
                do throws(UsageError) { continuation.resume(returning: .success(try work())) } catch { continuation.resume(returning: .failure(error)) }
            }
            // As much as the first thread has: expressions nest.
            thread.stackSize = 8 << 20
            thread.start()
        }
        return try outcome.get()
    }
}

/// What the program's exit status says.
enum ExitStatus: Int32 {
    case success = 0
    /// The work found a failure.
    case failure = 1
    case usage = 2
    /// Lint findings alone.
    case lint = 3
}

/// Where results and diagnostics go.
enum Console {
    static func output(_ text: String) { output(Array(text.utf8)) }

    static func output(_ bytes: [UInt8]) { FileHandle.standardOutput.write(Data(bytes)) }

    static func error(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

    static var isTerminal: Bool { isatty(FileHandle.standardOutput.fileDescriptor) == 1 }

    /// The columns of the terminal that results go to.
    static var width: Int { width(of: .standardOutput) }

    /// The columns of a terminal; 80 where there is none that tells.
    static func width(of handle: FileHandle) -> Int {
        var size = winsize()
        if ioctl(handle.fileDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }.map { max(20, $0) } ?? 80
    }

    /// Whether standard output is a terminal that may be coloured.
    static var isColored: Bool {
        isTerminal && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
    }

    static func colored(_ text: String, _ code: Int) -> String { isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
}
