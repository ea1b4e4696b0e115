import LapwingSeries

/// Where the recorded data of a replay come from.
enum ReplaySource {
    case files([String])
    case server(ServerAddress)

    init(_ arguments: Arguments, _ command: String, paths: [String]) throws(UsageError) {
        if arguments.has("--http-config"), !arguments.has("--server") { throw UsageError("--http-config is of --server") }
        switch (arguments.text("--server"), paths.isEmpty) {
        case (let url?, true): self = .server(try ServerAddress(url: url, arguments))
        case (nil, false): self = .files(paths)
        case (_?, false): throw UsageError("--data and --server exclude each other")
        case (nil, true): throw UsageError("\(command) needs --data PATH or --server URL")
        }
    }

    /// Says what is left out of it.
    ///
    /// - Parameters:
    ///   - anchor: an instant of evaluations; now where it is nil.
    ///   - step: their distance.
    func opened(anchor: Timestamp?, step: Duration) throws(QueryFailure) -> RecordedData {
        switch self {
        case .server(let server): return RecordedData(server: try server.api(), anchor: anchor ?? .now, step: step)
        case .files(let paths):
            let data = try RecordedData(paths)
            for remark in data.remarks { Console.error("\(remark)\n") }
            return data
        }
    }
}
