import LapwingPromQL
import LapwingRemote

/// A server with Prometheus' HTTP API, asked from the command line.
struct RemoteServer {
    let api: RemoteAPI

    func answer(_ question: QueryQuestion) async throws(QueryFailure) -> QueryAnswer {
        do throws(RemoteError) {
            switch question.kind {
            case .instant(let query, let time):
                let reply = try await api.ask(.instant(query, at: time))
                return QueryAnswer(reply, .value(try reply.value(), at: time))
            case .range(let query, let start, let end, let step):
                let reply = try await api.ask(.range(query, from: start, through: end, step: step))
                return QueryAnswer(reply, .value(try reply.value(), at: end))
            case .series(let selector):
                let reply = try await api.ask(.series([selector], over: question.listed))
                return QueryAnswer(reply, .series(try reply.series()))
            case .labelNames:
                let reply = try await api.ask(.labelNames(matching: [], over: question.listed))
                return QueryAnswer(reply, .names(try reply.names()))
            case .labelValues(let name):
                let reply = try await api.ask(.labelValues(name, matching: [], over: question.listed))
                return QueryAnswer(reply, .names(try reply.names()))
            }
        } catch {
            throw question.failure(error)
        }
    }
}

extension QueryAnswer {
    fileprivate init(_ reply: RemoteReply, _ content: Content) {
        self.init(content: content, json: reply.data, remarks: reply.warnings + reply.infos)
    }
}

extension QueryQuestion {
    /// A fault of the query's text is shown under it, as it is when no server is asked.
    fileprivate func failure(_ error: RemoteError) -> QueryFailure {
        if case .refused(_, "bad_data", let message) = error, message.contains("parse error"), let text {
            do throws(PromQLSyntaxError) { _ = try Parser.parse(text) } catch { return QueryFailure(error.rendered(in: text)) }
        }
        return QueryFailure(error)
    }

    private var text: String? {
        switch kind {
        case .instant(let query, _), .range(let query, _, _, _): query
        case .series(let selector): selector
        case .labelNames, .labelValues: nil
        }
    }
}
