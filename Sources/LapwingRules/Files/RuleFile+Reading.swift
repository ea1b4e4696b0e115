import Dispatch
import LapwingPromQL
import LapwingSeries
import LapwingTemplate
public import LapwingText
import LapwingYAML
import Synchronization

extension RuleFile {
    /// Reads a rule file: Prometheus' form with `groups:`, or a bare list of rules as runbooks print it, which becomes
    /// one group named after the file.
    ///
    /// - Throws: everything that is wrong with it, in the order of the source; upstream's words where it has them.
    /// - Complexity: O(bytes).
    public static func read(_ source: SourceText) throws(SourceError) -> RuleFile {
        var reader = RuleFileReader(source: source)
        let documents = try YAML.documents(in: source, limits: .goLike)
        var warnings: [Diagnostic] = []
        if documents.count > 1 {
            warnings.append(
                Diagnostic(
                    .warning, "only the first document of a rule file is used", at: documents[1].range,
                    check: "rules/documents"))
        }
        let groups = documents.first.map { reader.groups(in: $0.root) } ?? []
        if reader.problems.contains(where: { $0.severity == .error }) {
            let ordered = reader.problems.enumerated().sorted { a, b in
                (a.element.range?.lowerBound ?? 0, a.offset) < (b.element.range?.lowerBound ?? 0, b.offset)
            }
            throw SourceError(source, ordered.map(\.element))
        }
        if groups.allSatisfy(\.rules.isEmpty) {
            warnings.append(Diagnostic(.warning, "the file has no rules", check: "rules/empty"))
        }
        return RuleFile(source: source, groups: groups, warnings: warnings + reader.problems)
    }
}

/// Turns the tree of a rule file into groups, gathering what is wrong on the way.
struct RuleFileReader {
    let source: SourceText
    var problems: [Diagnostic] = []

    mutating func groups(in root: YAMLNode) -> [RuleGroup] {
        if root.isNull || isSomethingElse(root) { return [] }
        if let rules = root.sequence {
            let path = source.name.split(separator: "/").last.map(String.init) ?? source.name
            let name = path.split(separator: ".").first.map(String.init) ?? path
            return [
                RuleGroup(
                    name: name, file: source.name, limit: 0,
                    rules: rules.filter { !$0.isNull }.enumerated().compactMap { rule(in: $0.element, group: name, place: $0.offset + 1, groupLabels: []) },
                    range: root.range)
            ]
        }
        guard let fields = YAMLFields(root, kind: "rule file", known: ["groups"], &problems) else { return [] }
        var seen: [String: SourceRange] = [:]
        let nodes = fields.list("groups", &problems).filter { !$0.isNull }
        return zip(nodes, read(nodes)).compactMap { node, group in
            guard let group else { return nil }
            if seen.updateValue(node.range, forKey: group.name) != nil {
                problems.append(
                    Diagnostic("groupname: \"\(group.name)\" is repeated in the same file", at: nameRange(of: node), check: "rules/group-name"))
            }
            return group
        }
    }

    /// Reads groups side by side.
    private mutating func read(_ nodes: [YAMLNode]) -> [RuleGroup?] {
        let source = source
        let results = Mutex([(group: RuleGroup?, problems: [Diagnostic])](repeating: (nil, []), count: nodes.count))
        DispatchQueue.concurrentPerform(iterations: nodes.count) { index in
            var reader = RuleFileReader(source: source)
            let group = reader.group(in: nodes[index])
            let problems = reader.problems
            results.withLock { $0[index] = (group, problems) }
        }
        return results.withLock { results in
            for result in results { problems += result.problems }
            return results.map(\.group)
        }
    }

    private func nameRange(of group: YAMLNode) -> SourceRange { group.mapping?["name"]?.range ?? group.range }

    private mutating func group(in node: YAMLNode) -> RuleGroup? {
        let known = ["name", "interval", "query_offset", "limit", "labels", "rules"]
        guard let fields = YAMLFields(node, kind: "rule group", known: known, &problems) else { return nil }
        let name = fields.text("name", &problems) ?? ""
        if name.isEmpty {
            problems.append(Diagnostic("Groupname must not be empty", at: fields.keyRange("name"), check: "rules/group-name"))
        }
        let labels = labels(fields, "labels")
        let interval = fields.duration("interval", &problems)
        return RuleGroup(
            name: name, file: source.name, interval: interval == .zero ? nil : interval,
            queryOffset: fields.duration("query_offset", &problems),
            limit: fields.integer("limit", &problems) ?? 0,
            rules: fields.list("rules", &problems).filter { !$0.isNull }.enumerated().compactMap {
                rule(in: $0.element, group: name, place: $0.offset + 1, groupLabels: labels)
            },
            range: node.range)
    }

    /// Name and value of each label, with where they stand.
    private typealias LabelField = (key: SourceRange, name: String, value: YAMLNode)

    private mutating func labels(_ fields: YAMLFields, _ field: String) -> [LabelField] {
        fields.pairs(field, &problems).map { pair in
            if pair.name.isEmpty || pair.name == LabelName.metric {
                problems.append(Diagnostic("invalid label name: \(pair.name)", at: pair.key.range, check: "rules/label-name"))
            }
            return (pair.key.range, pair.name, pair.value)
        }
    }

    private func places(_ fields: YAMLFields, name: String, labels: [LabelField], annotations: [LabelField]) -> RulePlaces? {
        guard let expression = fields.node("expr")?.scalar else { return nil }
        func entries(_ fields: [LabelField]) -> [RulePlaces.Entry] {
            fields.compactMap { field in field.value.scalar.map { RulePlaces.Entry(name: field.name, key: field.key, value: $0) } }
        }
        return RulePlaces(
            name: fields.node(name)?.range ?? fields.range, fields: fields.places, expression: expression, labels: entries(labels),
            annotations: entries(annotations))
    }

    private mutating func rule(in node: YAMLNode, group: String, place: Int, groupLabels: [LabelField]) -> Rule? {
        let known = ["record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations"]
        guard let fields = YAMLFields(node, kind: "rule", known: known, &problems) else { return nil }
        let alert = fields.text("alert", &problems) ?? ""
        let record = fields.text("record", &problems) ?? ""
        let scope = "group \(GoQuote.quote(group)), rule \(place), \(GoQuote.quote(alert.isEmpty ? record : alert)): "
        let before = problems.count
        let query = query(fields, scope)
        let own = labels(fields, "labels")
        let labels = groupLabels.filter { group in !own.contains { $0.name == group.name } } + own
        if alert.isEmpty == record.isEmpty {
            let words = alert.isEmpty ? "one of 'record' or 'alert' must be set" : "only one of 'record' and 'alert' must be set"
            report(scope + words, at: alert.isEmpty ? firstLine(of: node) : fields.keyRange("record"), check: "rules/kind")
            return nil
        }
        let rule: Rule?
        if alert.isEmpty {
            checkRecording(record, fields, scope)
            rule = query.flatMap { query in
                places(fields, name: "record", labels: labels, annotations: []).map { places in
                    .recording(
                        RecordingRule(
                            metric: record, query: query,
                            labels: Labels(labels.map { Label(name: $0.name, value: $0.value.scalar?.text ?? "") }),
                            removedLabels: labels.filter { $0.value.scalar?.text == "" }.map(\.name),
                            range: node.range, places: places))
                }
            }
        } else {
            let annotations = fields.pairs("annotations", &problems).map { ($0.key.range, $0.name, $0.value) }
            let hold = fields.duration("for", &problems) ?? .zero
            let keep = fields.duration("keep_firing_for", &problems) ?? .zero
            let labelTemplates = templates(labels, of: alert, kind: "label", scope)
            let annotationTemplates = templates(annotations, of: alert, kind: "annotation", scope)
            rule = query.flatMap { query in
                places(fields, name: "alert", labels: labels, annotations: annotations).map { places in
                    .alerting(
                        AlertingRule(
                            name: alert, query: query, hold: hold, keepFiringFor: keep, labels: labelTemplates,
                            annotations: annotationTemplates, range: node.range, places: places))
                }
            }
        }
        return problems.count == before ? rule : nil
    }

    private func firstLine(of node: YAMLNode) -> SourceRange {
        let line = source.position(of: node.range.lowerBound).line
        return SourceRange(node.range.lowerBound, max(node.range.lowerBound, min(node.range.upperBound, source.offset(ofLine: line + 1))))
    }

    private mutating func query(_ fields: YAMLFields, _ scope: String) -> PreparedQuery? {
        guard let scalar = fields.scalar("expr", &problems), !scalar.text.isEmpty else {
            if fields.node("expr")?.scalar != nil || fields.node("expr") == nil {
                report(scope + "field 'expr' must be set in rule", at: fields.keyRange("expr"), check: "promql/syntax")
            }
            return nil
        }
        do throws(PromQLSyntaxError) {
            return try PreparedQuery(scalar.text)
        } catch {
            problems.append(
                Diagnostic(
                    scope + "could not parse expression: \(error.message)",
                    at: scalar.sourceRange(ofTextRange: error.range), help: error.help, check: "promql/syntax"))
            return nil
        }
    }

    private mutating func checkRecording(_ metric: String, _ fields: YAMLFields, _ scope: String) {
        // A field that says nothing may stand there, as upstream has it.
        var wrong = ["for", "keep_firing_for"].filter { (fields.duration($0, &problems) ?? .zero) != .zero }
        if !fields.pairs("annotations", &problems).isEmpty { wrong.insert("annotations", at: 0) }
        for field in wrong {
            report(scope + "invalid field '\(field)' in recording rule", at: fields.keyRange(field), check: "rules/kind")
        }
        if metric.contains("{") || metric.contains("}") {
            report(
                scope + "braces present in the recording rule name; should it be in expr?: \(metric)",
                at: fields.node("record")?.range ?? fields.range, check: "rules/record-name")
        }
    }

    private mutating func templates(
        _ fields: [LabelField], of alert: String, kind: String, _ scope: String
    ) -> [TemplatedLabel] {
        fields.compactMap { field -> TemplatedLabel? in
            guard let scalar = field.value.scalar else { return nil }
            if kind == "annotation", field.name.isEmpty {
                report(scope + "invalid annotation name: \(field.name)", at: field.value.range, check: "rules/annotation-name")
            }
            do throws(TemplateError) {
                return TemplatedLabel(name: field.name, template: try AlertTemplate(scalar.text, alert: alert))
            } catch {
                problems.append(
                    Diagnostic(
                        scope + "\(kind) \(GoQuote.quote(field.name)): \(error.description)",
                        at: scalar.sourceRange(ofTextRange: error.range), help: PrometheusFunctions.help(with: error),
                        check: "template/syntax"))
                return nil
            }
        }.sorted { $0.name < $1.name }
    }

    private mutating func report(_ message: String, at range: SourceRange, check: String) {
        problems.append(Diagnostic(message, at: range, check: check))
    }
}
