public import LapwingSeries
public import LapwingTemplate

/// The value of an alert's label or annotation: a template, parsed once and expanded for every alert.
///
/// Source: upstream `rules/alerting.go` and `template/template.go` at v3.14.
public struct AlertTemplate: Sendable {
    /// What a rule's author may use instead of fields of the dot. Upstream declares these variables in a text before
    /// the template (`{{$labels := .Labels}}` and so on, 112 bytes), which the columns of its messages show.
    private static let preamble = Template.Preamble(
        variables: ["$labels", "$externalLabels", "$externalURL", "$value"], columns: 112)

    /// The template as it stands in the rule file.
    public let text: String
    private let name: String
    /// Nil when the text holds no action, so that it expands to itself.
    private let template: Template?
    /// Whether the same labels and value always give the same text: nothing asks for the time, or for other series.
    let isLasting: Bool
    /// Whether the text may be another for another value.
    let mayReadValue: Bool

    /// Reads a template of the alert called `alert`.
    ///
    /// - Throws: `TemplateError` whose text and name are upstream's.
    public init(_ text: String, alert: String) throws(TemplateError) {
        self.text = text
        name = "__alert_\(alert)"
        guard text.utf8.contains(UInt8(ascii: "{")) else {
            (template, isLasting, mayReadValue) = (nil, true, false)
            return
        }
        let template = try Template.parse(text, name: name, library: PrometheusFunctions.names, preamble: Self.preamble)
        self.template = template
        isLasting = template.functions.isDisjoint(with: TemplateEnvironment.momentary)
        mayReadValue = template.mayRead(field: "Value", variable: "$value")
    }

    /// Whether the text is the same for every alert.
    public var isConstant: Bool { template == nil }

    /// Every way that its branches can go.
    public var branches: [TemplateBranch] { template?.branches ?? [] }

    /// What it asks of the alert: labels, value, and what is outside.
    public var references: [TemplateReference] { template?.references ?? [] }

    /// The functions that it calls with a text first.
    public var calls: [TemplateCall] { template?.calls ?? [] }

    /// The queries that it asks; nil where one of them is known only when it is asked.
    public var queries: [String]? {
        guard let template, !isLasting else { return [] }
        let texts = template.calls.filter { $0.function == "query" }.map(\.text)
        return texts.count == template.count(ofFunction: "query") ? texts : nil
    }

    /// The text for one alert.
    public func expanded(_ data: AlertTemplateData) throws(TemplateError) -> String {
        guard let template else { return text }
        return try template.execute(
            data.dot, library: data.environment, variables: data.variables, missingKey: .zero)
    }

    /// The text for one alert, and what went wrong; an expansion that fails gives the text that upstream shows instead.
    public func expand(_ data: AlertTemplateData) -> (text: String, error: TemplateError?) {
        do throws(TemplateError) {
            return (try expanded(data), nil)
        } catch {
            return ("<error expanding template: error executing template \(name): \(error.description)>", error)
        }
    }
}

/// What the templates of one alert see; made once per alert, and used for each of its labels and annotations.
public struct AlertTemplateData: Sendable {
    let dot: TemplateValue
    let environment: TemplateEnvironment
    /// The values of the preamble's variables.
    let variables: [TemplateValue]

    public init(labels: Labels, value: TemplateSample.Value, environment: TemplateEnvironment) {
        self.environment = environment
        let record = AlertRecord(
            labels: TemplateMap(labels: labels), value: value.templateValue, environment: environment)
        dot = .object(record)
        variables = record.fields.map { $0.value }
    }
}

/// The dot of an alert's template.
private struct AlertRecord: TemplateObject {
    let labels: TemplateMap
    let value: TemplateValue
    let environment: TemplateEnvironment

    var typeName: String {
        "struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value interface {} }"
    }

    var fields: [(name: String, value: TemplateValue)] {
        [
            ("Labels", .map(labels)), ("ExternalLabels", .map(environment.externalLabels)),
            ("ExternalURL", .string(environment.externalURL)), ("Value", value),
        ]
    }

    func member(_ name: String) -> TemplateMember? {
        switch name {
        case "Labels": .field(.map(labels))
        case "ExternalLabels": .field(.map(environment.externalLabels))
        case "ExternalURL": .field(.string(environment.externalURL))
        case "Value": .field(value)
        default: nil
        }
    }
}
