import LapwingPromQL
import LapwingSeries
import LapwingServer
import LapwingText

/// What `query` asks of it.
extension RecordedData {
    func answer(_ question: QueryQuestion, _ progress: QueryProgress) throws(QueryFailure) -> QueryAnswer {
        var answer = try plainAnswer(question, progress)
        answer.remarks += remarks
        if let remark = answer.content.isEmpty ? remark(onTimesOf: question) : nil { answer.remarks.append(remark) }
        return answer
    }

    /// What to ask instead, where nothing was found because it was asked for another time than that of the data.
    private func remark(onTimesOf question: QueryQuestion) -> String? {
        switch question.kind {
        case .instant(_, let time): remark(onAsking: TimeRange(start: time, end: time), with: "--time, or --start and --end")
        case .range(_, let start, let end, _): remark(onAsking: TimeRange(start: start, end: end), with: "--time, or --start and --end")
        case .series, .labelNames, .labelValues: question.listed.flatMap { remark(onAsking: $0, with: "--start and --end") }
        }
    }

    /// The same for a time and the flags that would name another.
    func remark(onAsking range: TimeRange, with flags: String) -> String? {
        guard let times, !times.overlaps(TimeRange(start: range.start - EngineOptions().lookbackDelta, end: range.end)) else { return nil }
        let (start, end) = (TimeText.rfc3339(milliseconds: times.start.milliseconds), TimeText.rfc3339(milliseconds: times.end.milliseconds))
        return "lapwing: the data is of \(start) to \(end); ask for a time in it with \(flags)"
    }

    private func plainAnswer(_ question: QueryQuestion, _ progress: QueryProgress) throws(QueryFailure) -> QueryAnswer {
        let engine = QueryEngine()
        let context = QueryContext(isCancelled: {
            progress.step()
            return false
        })
        switch question.kind {
        case .instant(let text, let time):
            return try evaluated(text, at: time) { (query) throws(QueryError) in try engine.instant(query, at: time, over: snapshot, context: context) }
        case .range(let text, let start, let end, let step):
            return try evaluated(text, at: end) { (query) throws(QueryError) in
                try engine.range(query, from: start, through: end, step: step, over: snapshot, context: context)
            }
        case .series(let selector):
            let matchers = try Self.matchers(selector)
            let labels = try Self.found { () throws(ReadError) in try snapshot.labels(of: matchers, over: question.listed ?? .all) }
            var json = JSONWriter(escapesHTML: false)
            json.array { json in for one in labels { json.labels(one) } }
            return QueryAnswer(content: .series(labels), json: json.bytes)
        case .labelNames:
            return names(try Self.found { () throws(ReadError) in try snapshot.labelNames(matching: [], over: question.listed ?? .all) })
        case .labelValues(let name):
            return names(try Self.found { () throws(ReadError) in try snapshot.labelValues(of: name, matching: [], over: question.listed ?? .all) })
        }
    }

    private func names(_ names: [String]) -> QueryAnswer {
        var json = JSONWriter(escapesHTML: false)
        json.array { json in for name in names { json.string(name) } }
        return QueryAnswer(content: .names(names), json: json.bytes)
    }

    private func evaluated(
        _ text: String, at time: Timestamp, _ evaluate: (PreparedQuery) throws(QueryError) -> QueryResult
    ) throws(QueryFailure) -> QueryAnswer {
        do throws(QueryError) {
            let result = try evaluate(try QueryEngine().prepare(text))
            var json = JSONWriter(escapesHTML: false)
            json.queryData(result.value, at: time)
            return QueryAnswer(
                content: .value(result.value, at: time), json: json.bytes,
                remarks: result.annotations.texts(of: .warning, in: text) + result.annotations.texts(of: .information, in: text))
        } catch {
            throw QueryFailure(error, query: text)
        }
    }
}
