import LapwingPromQL
import LapwingSeries
public import LapwingText
import LapwingYAML

extension UnitTestFile {
    /// Reads a file of unit tests.
    ///
    /// - Parameter isLenient: whether what promtool lets pass in silence passes here too.
    /// - Throws: everything that is wrong with it, in the order of the source.
    public static func read(_ source: SourceText, isLenient: Bool = false) throws(SourceError) -> UnitTestFile {
        let document = try YAML.document(in: source, limits: .goLike)
        if document.root.isNull, isLenient { return UnitTestFile(emptyAt: source) }
        if let rules = document.root.mapping?.entry("groups"), document.root.mapping?["tests"] == nil {
            let help = "name it under rule_files of a test file; lapwing check rules checks it"
            throw SourceError(source, [Diagnostic("this is a file of rules, not of their tests", at: rules.key.range, help: help)])
        }
        var reader = UnitTestReader()
        var file = reader.file(document.root, source)
        file?.isLenient = isLenient
        guard let file, reader.problems.isEmpty else {
            throw SourceError(source, reader.problems.sorted { ($0.range?.lowerBound ?? 0) < ($1.range?.lowerBound ?? 0) })
        }
        return file
    }
}

struct UnitTestReader {
    var problems: [Diagnostic] = []

    mutating func file(_ root: YAMLNode, _ source: SourceText) -> UnitTestFile? {
        let known = ["rule_files", "evaluation_interval", "group_eval_order", "fuzzy_compare", "tests"]
        guard let fields = YAMLFields(root, kind: "unit test file", known: known, &problems) else { return nil }
        let stated = fields.duration("evaluation_interval", &problems) ?? .zero
        let interval = stated == .zero ? .seconds(60) : stated
        return UnitTestFile(
            source: source, ruleFiles: fields.list("rule_files", &problems).compactMap { node in node.scalar.map { ($0.text, node.range) } },
            evaluationInterval: interval, groupOrder: groupOrder(fields),
            comparesFuzzily: fields.bool("fuzzy_compare", &problems) ?? false,
            tests: fields.list("tests", &problems).filter { !$0.isNull }.compactMap { test($0, evaluationInterval: interval) })
    }

    private mutating func groupOrder(_ fields: YAMLFields) -> [String] {
        var names: [String] = []
        for node in fields.list("group_eval_order", &problems) {
            guard let name = node.scalar?.text else { continue }
            if names.contains(name) { problems.append(Diagnostic("group name repeated in evaluation order: \(name)", at: node.range)) }
            names.append(name)
        }
        return names
    }

    private mutating func test(_ node: YAMLNode, evaluationInterval: Duration) -> UnitTest? {
        let known = [
            "interval", "input_series", "name", "alert_rule_test", "promql_expr_test", "external_labels", "external_url",
            "start_timestamp", "notification_test", "webhook", "group_intervals", "gaps", "delay", "restart",
        ]
        guard let fields = YAMLFields(node, kind: "test", known: known, &problems) else { return nil }
        let interval = fields.duration("interval", &problems) ?? evaluationInterval
        var test = UnitTest(
            name: fields.text("name", &problems) ?? "", interval: interval == .zero ? evaluationInterval : interval,
            start: startTime(fields), series: [],
            externalLabels: labels(fields, "external_labels"), externalURL: fields.text("external_url", &problems) ?? "",
            alertExpectations: fields.list("alert_rule_test", &problems).compactMap { alertExpectation($0) },
            queryExpectations: fields.list("promql_expr_test", &problems).compactMap { queryExpectation($0) }, range: node.range)
        readExtensions(fields, into: &test)
        // What comes later is never looked at.
        let count = test.lastTime.milliseconds / max(1, test.interval.milliseconds) + 1
        test.series = latest(fields.list("input_series", &problems).compactMap { series($0, count: Int(count)) })
        return test
    }

    private mutating func startTime(_ fields: YAMLFields) -> Timestamp {
        guard let text = fields.text("start_timestamp", &problems) else { return Timestamp(milliseconds: 0) }
        if let milliseconds = TimeText.milliseconds(secondsOrRFC3339: text) { return Timestamp(milliseconds: milliseconds) }
        problems.append(
            Diagnostic("start_timestamp is Unix seconds or an RFC 3339 time, not \(GoQuote.quote(text))", at: fields.keyRange("start_timestamp")))
        return Timestamp(milliseconds: 0)
    }

    mutating func labels(_ fields: YAMLFields, _ name: String) -> Labels { Labels(fields.pairs(name, &problems).asLabels) }

    /// Of several series with the same labels the last, as promtool has it.
    private func latest(_ all: [UnitTest.Series]) -> [UnitTest.Series] {
        var places: [Labels: Int] = [:]
        var result: [UnitTest.Series] = []
        for one in all {
            if let place = places[one.labels] {
                result[place] = one
            } else {
                places[one.labels] = result.count
                result.append(one)
            }
        }
        return result
    }

    private mutating func series(_ node: YAMLNode, count: Int) -> UnitTest.Series? {
        guard let fields = YAMLFields(node, kind: "series", known: ["series", "values"], &problems),
            let name = fields.scalar("series", &problems)
        else { return nil }
        let labels = parsed(name) { (text) throws(PromQLSyntaxError) in try SeriesNotation.labels(text) }
        guard let values = fields.scalar("values", &problems) else { return labels.map { ($0, []) } }
        let notated = parsed(values) { (text) throws(PromQLSyntaxError) in
            try SeriesNotation.values(text, atMost: count) { $0.impossibility?.message }
        }
        guard let labels, let notated else { return nil }
        return (labels, notated)
    }

    /// Reads a scalar by PromQL's rules; a fault points into the scalar.
    private mutating func parsed<T>(_ scalar: YAMLScalar, _ read: (String) throws(PromQLSyntaxError) -> T) -> T? {
        do throws(PromQLSyntaxError) {
            return try read(scalar.text)
        } catch {
            problems.append(Diagnostic(error.message, at: scalar.sourceRange(ofTextRange: error.range), help: error.help))
            return nil
        }
    }

    private mutating func queryExpectation(_ node: YAMLNode) -> QueryExpectation? {
        let known = ["expr", "eval_time", "exp_samples"]
        guard let fields = YAMLFields(node, kind: "promql_expr_test", known: known, &problems),
            let expression = fields.scalar("expr", &problems),
            let query = parsed(expression, { (text) throws(PromQLSyntaxError) in try PreparedQuery(text) })
        else { return nil }
        var samples: [QueryExpectation.Sample] = []
        for item in fields.list("exp_samples", &problems) where !item.isNull {
            guard let fields = YAMLFields(item, kind: "expected sample", known: ["labels", "value", "histogram"], &problems) else { continue }
            var sample = QueryExpectation.Sample(labels: .empty, value: fields.number("value", &problems) ?? 0)
            sample.written.value = fields.node("value")?.scalar?.text ?? ""
            if let text = fields.scalar("labels", &problems) {
                sample.written.labels = text.text
                sample.labels = parsed(text) { (text) throws(PromQLSyntaxError) in try SeriesNotation.labels(text) } ?? .empty
            }
            if let text = fields.scalar("histogram", &problems), !text.text.isEmpty {
                let values = parsed(text) { (text) throws(PromQLSyntaxError) in try SeriesNotation.values(text) }
                guard case .histogram(let histogram)? = values?.first, values?.count == 1 else {
                    problems.append(Diagnostic("expected one histogram", at: item.range))
                    continue
                }
                sample.histogram = histogram
            }
            samples.append(sample)
        }
        return QueryExpectation(
            time: fields.duration("eval_time", &problems) ?? .zero, query: query, samples: samples,
            range: expression.sourceRange(ofTextRange: SourceRange(0, expression.text.utf8.count)), itemRange: node.range)
    }
}

extension [(key: YAMLNode, name: String, value: YAMLNode)] {
    var asLabels: [Label] { map { Label(name: $0.name, value: $0.value.scalar?.text ?? "") } }
}
