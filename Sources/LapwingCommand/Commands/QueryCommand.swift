import LapwingRemote
import LapwingSeries
import LapwingText

/// `lapwing query`: asks a server, pages of samples, or data directories.
enum QueryCommand {
    static func run(_ arguments: Arguments) async throws(UsageError) -> ExitStatus {
        if let pause = try arguments.duration("--watch") { return try await watch(arguments, every: pause) }
        return try await answerOnce(arguments)
    }

    /// Asks again and again, until it is interrupted or an answer fails.
    private static func watch(_ arguments: Arguments, every pause: Duration) async throws(UsageError) -> ExitStatus {
        guard pause >= .milliseconds(1) else { throw UsageError("--watch is at least 1ms") }
        while true {
            // A screen of its own each time, on a terminal.
            if Console.isTerminal { Console.output("\u{1B}[H\u{1B}[2J") }
            let status = try await answerOnce(arguments)
            if status != .success { return status }
            try? await Task.sleep(for: pause)
        }
    }

    private static func answerOnce(_ arguments: Arguments) async throws(UsageError) -> ExitStatus {
        // Samples of a page that says no time are of the instant that is asked for, however long the page takes to come.
        let now = Timestamp.now
        let question = try QueryQuestion(arguments, now: now)
        let source = try Source(arguments, readAt: now)
        let output = arguments.text("--output") ?? "table"
        guard let format = ResultFormat(rawValue: output) else {
            throw UsageError("--output is table, json, csv, plot, svg or png, not \(GoQuote.quote(output))")
        }
        if format == .png, arguments.has("--watch") { throw UsageError("--output png is one picture; leave out --watch") }
        if format == .png, Console.isTerminal { throw UsageError("--output png is no text; send it to a file: > chart.png") }
        do throws(QueryFailure) {
            if arguments.has("--explain") {
                Console.output(try await source.cost(of: question))
                return .success
            }
            let progress = QueryProgress()
            defer { progress.finish() }
            let answer = try await source.answer(question, progress)
            progress.finish()
            Console.output(format.bytes(answer, to: question.expression))
            if Console.isTerminal, format == .table, answer.content.isEmpty { Console.error("nothing is found\n") }
            for remark in answer.remarks { Console.error("\(remark)\n") }
            return .success
        } catch {
            Console.error(error.text + "\n")
            if error.isUnreachable, !arguments.has("--server") {
                Console.error("--server URL asks another server, --data PATH pages of samples and data directories\n")
            }
            return .failure
        }
    }

    /// Who answers.
    private enum Source {
        case server(ServerAddress)
        /// Samples that say no time are of `readAt`.
        case files([String], readAt: Timestamp)

        init(_ arguments: Arguments, readAt: Timestamp) throws(UsageError) {
            for flag in ["--server", "--http-config"] where arguments.has("--data") && arguments.has(flag) {
                throw UsageError("--data and \(flag) exclude each other")
            }
            let paths = arguments.texts("--data")
            let url = arguments.text("--server") ?? ServerAddress.standard
            self = paths.isEmpty ? .server(try ServerAddress(url: url, arguments)) : .files(paths, readAt: readAt)
        }

        func cost(of question: QueryQuestion) async throws(QueryFailure) -> String {
            let cost = try QueryCost(of: question)
            switch self {
            case .server(let server): return try await cost.text(try server.api())
            case .files(let paths, let readAt): return try cost.text(try RecordedData(paths, readAt: readAt))
            }
        }

        func answer(_ question: QueryQuestion, _ progress: QueryProgress) async throws(QueryFailure) -> QueryAnswer {
            switch self {
            case .server(let server): return try await RemoteServer(api: try server.api()).answer(question)
            case .files(let paths, let readAt): return try RecordedData(paths, readAt: readAt).answer(question, progress)
            }
        }
    }
}
