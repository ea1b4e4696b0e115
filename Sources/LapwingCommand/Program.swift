import Dispatch
import Lapwing
import LapwingHTTP
import LapwingSystem
import LapwingText

/// The program `lapwing`: finds the command, and turns how it went into an exit status.
@main
enum Program {
    static func main() {
        unblockSignals()
        let words = Array(CommandLine.arguments.dropFirst())
        if let status = tellOfItself(words) { exit(status.rawValue) }
        guard let command = CommandTable.commands.first(where: { $0.name == words[0] }) else { exit(unknown(words[0]).rawValue) }
        do throws(UsageError) {
            let arguments = try Arguments(Array(words.dropFirst()), for: command)
            if let status = try runAtOnce(command, arguments) { exit(status.rawValue) }
            Task { exit(await run(command, arguments).rawValue) }
        } catch {
            exit(failure(error, of: command).rawValue)
        }
        dispatchMain()
    }

    /// Whoever started the program may have blocked signals, as threads of Dispatch do, and that is inherited: it could not be ended.
    private static func unblockSignals() {
        var none = sigset_t()
        sigemptyset(&none)
        sigprocmask(SIG_SETMASK, &none, nil)
    }

    /// What is no command: the version, the manual, help; nil where the first word is to be one.
    private static func tellOfItself(_ words: [String]) -> ExitStatus? {
        guard let name = words.first else {
            Console.error(CommandTable.overview)
            return .usage
        }
        switch name {
        case "--help", "-h", "help":
            let command = words.dropFirst().first.flatMap { word in CommandTable.commands.first { $0.name == word } }
            Console.output(command?.help ?? CommandTable.overview)
        case "completion" where words.last == "--help", "man" where words.last == "--help": Console.output(CommandTable.overview)
        case "man": Console.output(ManualPage.text(CommandTable.commands, version: LapwingVersion.text))
        case "completion":
            guard words.count == 2, let shell = ShellCompletion(rawValue: words[1]) else {
                let nearest = words.dropFirst().first.flatMap { Spelling.nearest(to: $0, in: ShellCompletion.allCases.map(\.rawValue)) }
                Console.error(UsageError("completion is for bash, zsh or fish: eval \"$(lapwing completion bash)\"", nearest: nearest).text + "\n")
                return .usage
            }
            Console.output(shell.script(CommandTable.commands))
        case "--version": Console.output("lapwing \(LapwingVersion.text)\n")
        default: return nil
        }
        return .success
    }

    private static func unknown(_ name: String) -> ExitStatus {
        let known = CommandTable.commands.map(\.name) + ["help", "completion", "man"] + ownFlags
        let nearest = ["-v", "-V", "version"].contains(name) ? "--version" : Spelling.nearest(to: name, in: known)
        Console.error((misplaced(name) ?? UsageError("unknown command \(name)", nearest: nearest)).text + "\n")
        return .usage
    }

    /// A flag where a command is to be; nil for what is none.
    private static func misplaced(_ word: String) -> UsageError? {
        guard word.hasPrefix("--") else { return nil }
        let flag = String(word.prefix { $0 != "=" })
        if let command = CommandTable.commands.first(where: { $0.flags.contains { $0.name == flag } }) {
            return UsageError("\(flag) stands behind a command: lapwing \(command.name) \(flag)")
        }
        return UsageError("unknown flag \(flag)", nearest: ownFlags.first { $0.hasPrefix(flag) } ?? Spelling.nearest(to: flag, in: ownFlags))
    }

    /// Flags that stand in the place of a command.
    private static let ownFlags = ["--help", "--version"]

    /// What waits for nobody is done on the first thread, whose heap grows in larger steps than those of others; nil for all else.
    private static func runAtOnce(_ command: CommandDescription, _ arguments: Arguments) throws(UsageError) -> ExitStatus? {
        if arguments.has("--help") {
            Console.output(command.help)
            return .success
        }
        switch command.name {
        case "test": return try TestCommand.run(arguments)
        case "check" where !arguments.has("--server"): return try CheckCommand.run(arguments)
        case "format": return try FormatCommand.run(arguments)
        case "export": return try ExportCommand.run(arguments)
        default: return nil
        }
    }

    /// The commands that wait for others.
    private static func run(_ command: CommandDescription, _ arguments: Arguments) async -> ExitStatus {
        do throws(UsageError) {
            switch command.name {
            case "serve": return try await ServeCommand.run(arguments)
            case "check": return try await onThread { () throws(UsageError) in try CheckCommand.run(arguments) }
            case "replay": return try await onThread { () throws(UsageError) in try ReplayCommand.run(arguments) }
            case "explain": return try await onThread { () throws(UsageError) in try ExplainCommand.run(arguments) }
            default: return try await QueryCommand.run(arguments)
            }
        } catch {
            return failure(error, of: command)
        }
    }

    private static func failure(_ error: UsageError, of command: CommandDescription) -> ExitStatus {
        var error = error
        error.command = error.command ?? command.name
        Console.error(error.text + "\n")
        return .usage
    }

    /// Runs on a thread of its own what may wait for other servers, as a task must not.
    private static func onThread(
        _ work: @escaping @Sendable () throws(UsageError) -> ExitStatus
    ) async throws(UsageError) -> ExitStatus {
        let outcome = await withCheckedContinuation { (continuation: CheckedContinuation<Result<ExitStatus, UsageError>, Never>) in
            WorkerThread.start {
                do throws(UsageError) { continuation.resume(returning: .success(try work())) } catch { continuation.resume(returning: .failure(error)) }
            }
        }
        return try outcome.get()
    }
}
