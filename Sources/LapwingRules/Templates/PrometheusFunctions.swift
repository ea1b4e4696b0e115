import LapwingSeries
import LapwingTemplate
import LapwingText

/// The functions of Prometheus' templates that need nothing but their arguments.
///
/// Source: upstream `template/template.go` at v3.14. `tmpl` is left out: it exists in console pages only.
enum PrometheusFunctions {
    /// A library with every name, for reading templates before there is anything to expand them with.
    static let names = TemplateEnvironment(externalLabels: .empty, externalURL: "", now: .distantPast) { _, _ in [] }

    private static let sample = TemplateFunction.Parameter.nillable(TemplateSampleObject.typeName)
    private static let result = TemplateFunction.Parameter.nillable(TemplateSampleObject.listTypeName)

    static let table: [String: TemplateFunction] = vectors.merging(texts) { $1 }.merging(numbers) { $1 }

    /// The function that is nearest to one that is not there.
    static func help(with error: TemplateError) -> String? {
        let words = error.message.split(separator: "\"", omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == "function ", words[2] == " not defined" else { return nil }
        let names = ["query", "now", "externalURL", "pathPrefix", "printf"] + table.keys
        return Spelling.nearest(to: String(words[1]), in: names.sorted()).map { "did you mean \($0)?" }
    }

    // MARK: Vectors

    private static let vectors: [String: TemplateFunction] = [
        "first": TemplateFunction(result) { arguments throws(TemplateFunctionError) in
            guard case .list(let samples, _) = arguments[0], let first = samples.first else {
                throw TemplateFunctionError("first() called on vector with no elements")
            }
            return first
        },
        "label": TemplateFunction(.string, sample) { arguments throws(TemplateFunctionError) in
            try sampleObject(arguments[1]).labels[arguments.string(0)] ?? ""
        },
        "value": TemplateFunction(sample) { arguments throws(TemplateFunctionError) in
            try sampleObject(arguments[0]).value
        },
        "strvalue": TemplateFunction(sample) { arguments throws(TemplateFunctionError) in
            try sampleObject(arguments[0]).labels["__value__"] ?? ""
        },
        "sortByLabel": TemplateFunction(.string, result) { arguments throws(TemplateFunctionError) in
            try sorted(arguments[1], by: arguments.string(0))
        },
        "args": TemplateFunction(variadic: .any) { arguments throws(TemplateFunctionError) in
            let map = TemplateMap(arguments.enumerated().map { ("arg\($0.offset)", $0.element) })
            guard map.isShallow else {
                throw TemplateFunctionError("more than \(TemplateLimits.valueNesting) maps inside one another")
            }
            return .map(map)
        },
    ]

    private static func sampleObject(_ value: TemplateValue) throws(TemplateFunctionError) -> TemplateSampleObject {
        if case .object(let object) = value, let sample = object as? TemplateSampleObject { return sample }
        throw TemplateFunctionError("runtime error: invalid memory address or nil pointer dereference")
    }

    /// A stable sort by the bytes of a label's value.
    private static func sorted(_ value: TemplateValue, by label: String) throws(TemplateFunctionError) -> TemplateValue
    {
        guard case .list(let samples, let type) = value else {
            return .list([], type: TemplateSampleObject.listTypeName)
        }
        var keyed: [(key: [UInt8], offset: Int, sample: TemplateValue)] = []
        for (offset, sample) in samples.enumerated() {
            guard case .string(let key)? = try sampleObject(sample).labels[label] else {
                keyed.append(([], offset, sample))
                continue
            }
            keyed.append((Array(key.utf8), offset, sample))
        }
        keyed.sort { a, b in
            a.key == b.key ? a.offset < b.offset : a.key.lexicographicallyPrecedes(b.key)
        }
        return .list(keyed.map(\.sample), type: type)
    }

    // MARK: Texts

    private static let texts: [String: TemplateFunction] = [
        "safeHtml": TemplateFunction(.string) { $0[0] },
        "title": TemplateFunction(.string) { .string(LetterCase.title($0.string(0))) },
        "toUpper": TemplateFunction(.string) { .string(LetterCase.upper($0.string(0))) },
        "toLower": TemplateFunction(.string) { .string(LetterCase.lower($0.string(0))) },
        "match": TemplateFunction(.string, .string) { arguments throws(TemplateFunctionError) in
            .bool(try matches(arguments.string(0), arguments.string(1)))
        },
        "reReplaceAll": TemplateFunction(.string, .string, .string) { arguments throws(TemplateFunctionError) in
            .string(try replacing(arguments.string(0), with: arguments.string(1), in: arguments.string(2)))
        },
        "graphLink": TemplateFunction(.string) { .string(link($0.string(0), tab: 0)) },
        "tableLink": TemplateFunction(.string) { .string(link($0.string(0), tab: 1)) },
        "stripPort": TemplateFunction(.string) { .string(HostAndPort.strippingPort($0.string(0))) },
        "stripDomain": TemplateFunction(.string) { .string(HostAndPort.strippingDomain($0.string(0))) },
        "urlQueryEscape": TemplateFunction(.string) { .string(PercentCoding.encode($0.string(0), plusIsSpace: true)) },
    ]

    /// The address of the expression page, below the path prefix.
    private static func link(_ expression: String, tab: Int) -> String {
        "/graph?g0.expr=\(PercentCoding.encode(expression, plusIsSpace: true))&g0.tab=\(tab)"
    }

    // MARK: Numbers and times

    private static let numbers: [String: TemplateFunction] = [
        "humanize": number(Humanizing.decimal),
        "humanize1024": number(Humanizing.binary),
        "humanizeDuration": number(Humanizing.duration),
        "humanizePercentage": number(Humanizing.percentage),
        "humanizeTimestamp": number(Humanizing.timestamp),
        "toTime": TemplateFunction(.any) { arguments throws(TemplateFunctionError) in
            .object(try Humanizing.time(try Humanizing.float(arguments[0])))
        },
        "toDuration": TemplateFunction(.any) { arguments throws(TemplateFunctionError) in
            .object(Humanizing.templateDuration(try Humanizing.float(arguments[0])))
        },
        "parseDuration": TemplateFunction(.string) { arguments throws(TemplateFunctionError) in
            .float(try Humanizing.seconds(arguments.string(0)))
        },
    ]

    private static func number(
        _ text: @escaping @Sendable (Double) throws(TemplateFunctionError) -> String
    ) -> TemplateFunction {
        TemplateFunction(.any) { arguments throws(TemplateFunctionError) in
            .string(try text(try Humanizing.float(arguments[0])))
        }
    }
}
