import Foundation
import LapwingHTTP
import LapwingPromQL
import LapwingRemote
import LapwingSeries
import LapwingServer
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
        let question = try QueryQuestion(arguments, now: .now)
        let output = arguments.text("--output") ?? "table"
        guard let format = ResultFormat(rawValue: output) else {
            throw UsageError("--output is table, json, csv, plot, svg or png, not \(GoQuote.quote(output))")
        }
        if format == .png, Console.isTerminal { throw UsageError("--output png is no text; send it to a file: > chart.png") }
        do throws(QueryFailure) {
            if arguments.has("--explain") {
                Console.output(try await cost(of: question, arguments))
                return .success
            }
            let progress = QueryProgress()
            defer { progress.finish() }
            let answer = try await answer(question, arguments, progress)
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

    private static func cost(of question: QueryQuestion, _ arguments: Arguments) async throws(QueryFailure) -> String {
        let (cost, pages) = (try QueryCost(of: question), arguments.texts("--data"))
        return pages.isEmpty ? try await cost.text(arguments.text("--server") ?? server) : try cost.text(try RecordedData(pages))
    }

    /// That is asked where none is named.
    private static let server = "http://127.0.0.1:9090"

    private static func answer(_ question: QueryQuestion, _ arguments: Arguments, _ progress: QueryProgress) async throws(QueryFailure) -> QueryAnswer {
        let pages = arguments.texts("--data")
        if pages.isEmpty {
            let server = RemoteServer(url: arguments.text("--server") ?? server, client: SocketHTTPClient())
            return try await server.answer(question)
        }
        return try RecordedData(pages).answer(question, progress)
    }
}

/// Why a question has no answer, as a person reads it.
struct QueryFailure: Error {
    var text: String
    /// Whether no server was found where one was asked.
    var isUnreachable = false

    init(_ text: String) { self.text = text }

    init(_ error: RemoteError) {
        text = "lapwing: \(error)"
        if case .unanswered(let fault) = error, case .connectionFailed = fault.reason { isUnreachable = true }
    }

    /// A fault of the query's text is shown under it.
    init(_ error: QueryError, query: String) {
        if case .syntax(let fault) = error { text = fault.rendered(in: query) } else { text = "lapwing: \(error)" }
    }
}

/// What is asked.
struct QueryQuestion: Sendable {
    enum Kind: Sendable {
        case instant(String, at: Timestamp)
        case range(String, from: Timestamp, through: Timestamp, step: Duration)
        case series(String)
        case labelNames
        case labelValues(String)
    }

    var kind: Kind

    /// The expression; empty for a question about labels.
    var expression: String {
        switch kind {
        case .instant(let text, _), .range(let text, _, _, _): text
        case .series, .labelNames, .labelValues: ""
        }
    }

    init(_ arguments: Arguments, now: Timestamp) throws(UsageError) {
        let lists = ["--series", "--labels", "--label-values"].filter(arguments.has)
        if let list = lists.first {
            let others = lists.dropFirst() + ["--time", "--start", "--end", "--step", "--explain"].filter(arguments.has)
            if let other = others.first ?? arguments.operands.first { throw UsageError("\(list) stands alone, without \(other)") }
            kind = Self.list(arguments)
            return
        }
        guard let query = arguments.operands.first, arguments.operands.count == 1 else {
            throw UsageError("query needs one expression; quote it, so that the shell leaves it whole")
        }
        guard let start = try arguments.time("--start", now: now) else {
            if let name = ["--end", "--step"].first(where: arguments.has) { throw UsageError("\(name) is of a range, which begins with --start") }
            kind = .instant(query, at: try arguments.time("--time", now: now) ?? now)
            return
        }
        if arguments.has("--time") { throw UsageError("--time asks for an instant and --start for a range") }
        let end = try arguments.time("--end", now: now) ?? now
        guard start <= end else { throw UsageError("--end lies before --start") }
        // A step that fills a terminal's width, when none is given.
        let step = try arguments.interval("--step") ?? max(.seconds(1), end.duration(since: start) / 250)
        kind = .range(query, from: start, through: end, step: step)
    }

    private static func list(_ arguments: Arguments) -> Kind {
        if let selector = arguments.text("--series") { return .series(selector) }
        return arguments.text("--label-values").map(Kind.labelValues) ?? .labelNames
    }
}

/// What came of it.
struct QueryAnswer: Sendable {
    enum Content: Sendable {
        case value(QueryValue, at: Timestamp)
        case series([Labels])
        case names([String])

        /// Whether nothing was found.
        var isEmpty: Bool {
            switch self {
            case .value(.vector(let samples), _): samples.isEmpty
            case .value(.matrix(let series), _): series.isEmpty
            case .value(.scalar, _), .value(.string, _): false
            case .series(let series): series.isEmpty
            case .names(let names): names.isEmpty
            }
        }
    }

    var content: Content
    /// The API's `data`, byte for byte.
    var json: [UInt8]
    var remarks: [String] = []
}
