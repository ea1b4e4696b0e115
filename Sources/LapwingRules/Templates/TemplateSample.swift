public import LapwingSeries
import LapwingTemplate

/// One element of a vector, as the functions of a template hand it on.
public struct TemplateSample: Sendable {
    public enum Value: Sendable, Hashable {
        case float(Double)
        case histogram(NativeHistogram)

        /// A number, or a histogram.
        var templateValue: TemplateValue {
            switch self {
            case .float(let value): .float(value)
            case .histogram(let histogram): .object(TemplateHistogram(histogram: histogram))
            }
        }
    }

    public var labels: Labels
    public var value: Value

    public init(labels: Labels, value: Value) {
        self.labels = labels
        self.value = value
    }
}

/// Upstream's `*template.sample`.
struct TemplateSampleObject: TemplateObject {
    static let typeName = "*template.sample"
    /// The type of what `query` gives.
    static let listTypeName = "template.queryResult"

    let labels: TemplateMap
    let value: TemplateValue

    init(_ sample: TemplateSample) {
        labels = TemplateMap(labels: sample.labels)
        value = sample.value.templateValue
    }

    var typeName: String { Self.typeName }
    var fields: [(name: String, value: TemplateValue)] { [("Labels", .map(labels)), ("Value", value)] }

    func member(_ name: String) -> TemplateMember? {
        switch name {
        case "Labels": .field(.map(labels))
        case "Value": .field(value)
        default: nil
        }
    }
}

extension TemplateMap {
    /// `map[string]string` of a label set.
    init(labels: Labels) {
        self.init(sorted: labels.map { Entry($0.name, .string($0.value)) }, element: .string)
    }
}
