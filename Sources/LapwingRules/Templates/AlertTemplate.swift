public import LapwingSeries
public import LapwingTemplate
import LapwingText

/// The value of an alert's label or annotation: a template, parsed once and expanded for every alert.
///
/// Source: upstream `rules/alerting.go` and `template/template.go` at v3.14.
public struct AlertTemplate: Sendable {
    /// What a rule's author may use instead of fields of the dot.
    private static let preamble =
        "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}"

    /// The template as it stands in the rule file.
    public let text: String
    private let name: String
    /// Nil when the text holds no action, so that it expands to itself.
    private let template: Template?

    /// Reads a template of the alert called `alert`.
    ///
    /// - Throws: `TemplateError` whose text and name are upstream's, and whose range counts from the start of `text`.
    public init(_ text: String, alert: String) throws(TemplateError) {
        self.text = text
        name = "__alert_\(alert)"
        guard text.utf8.contains(UInt8(ascii: "{")) else {
            template = nil
            return
        }
        do throws(TemplateError) {
            template = try Template.parse(Self.preamble + text, name: name, library: PrometheusFunctions.names)
        } catch {
            throw Self.moved(error)
        }
    }

    /// Whether the text is the same for every alert.
    public var isConstant: Bool { template == nil }

    /// The text for one alert.
    ///
    /// - Throws: `TemplateError` whose range counts from the start of `text`.
    public func expanded(_ data: AlertTemplateData) throws(TemplateError) -> String {
        guard let template else { return text }
        do throws(TemplateError) {
            return try template.execute(data.dot, library: data.environment, missingKey: .zero)
        } catch {
            throw Self.moved(error)
        }
    }

    /// The text for one alert, and what went wrong; an expansion that fails gives the text that upstream shows instead.
    public func expand(_ data: AlertTemplateData) -> (text: String, error: TemplateError?) {
        do throws(TemplateError) {
            return (try expanded(data), nil)
        } catch {
            return ("<error expanding template: error executing template \(name): \(error.description)>", error)
        }
    }

    private static func moved(_ error: TemplateError) -> TemplateError {
        var error = error
        let offset = preamble.utf8.count
        error.range = SourceRange(max(0, error.range.lowerBound - offset), max(0, error.range.upperBound - offset))
        return error
    }
}

/// What the templates of one alert see; made once per alert, and used for each of its labels and annotations.
public struct AlertTemplateData: Sendable {
    let dot: TemplateValue
    let environment: TemplateEnvironment

    public init(labels: Labels, value: TemplateSample.Value, environment: TemplateEnvironment) {
        self.environment = environment
        dot = .object(AlertRecord(labels: TemplateMap(labels: labels), value: value.templateValue, environment: environment))
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
