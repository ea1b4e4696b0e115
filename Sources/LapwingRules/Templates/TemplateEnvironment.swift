public import LapwingSeries
public import LapwingTemplate
import LapwingText

/// What all templates of one evaluation share: the time, the server's address and labels, and a way to query.
public struct TemplateEnvironment: Sendable {
    /// Runs a query at a time; its error's text becomes part of the expansion's.
    public typealias Query = @Sendable (String, Timestamp) throws -> [TemplateSample]

    let externalLabels: TemplateMap
    let externalURL: String
    let now: Timestamp
    let query: Query
    public let onBranch: (@Sendable (TemplateBranch) -> Void)?

    public init(
        externalLabels: Labels, externalURL: String, now: Timestamp, onBranch: (@Sendable (TemplateBranch) -> Void)? = nil,
        query: @escaping Query
    ) {
        self.onBranch = onBranch
        self.externalLabels = TemplateMap(labels: externalLabels)
        self.externalURL = externalURL
        self.now = now
        self.query = query
    }

    /// The path of the external URL, without its escapes.
    var pathPrefix: String {
        var rest = externalURL[...].utf8
        if let scheme = rest.firstIndex(of: UInt8(ascii: ":")), rest[scheme...].starts(with: "://".utf8) {
            rest = rest[scheme...].dropFirst(3).drop { !"/?#".utf8.contains($0) }
        }
        return PercentCoding.decodeLeniently(rest.prefix { !"?#".utf8.contains($0) })
    }
}

extension TemplateEnvironment: TemplateLibrary {
    /// The functions whose results depend on when they are called.
    static let momentary: Set<String> = ["query", "now"]

    public func function(named name: String) -> TemplateFunction? {
        switch name {
        case "query":
            TemplateFunction(.string) { arguments throws(TemplateFunctionError) in try run(arguments.string(0)) }
        case "now": TemplateFunction { _ in .float(now.seconds) }
        case "externalURL": TemplateFunction { _ in .string(externalURL) }
        case "pathPrefix": TemplateFunction { _ in .string(pathPrefix) }
        default: PrometheusFunctions.table[name]
        }
    }

    private func run(_ text: String) throws(TemplateFunctionError) -> TemplateValue {
        do {
            let samples = try query(text, now)
            return .list(samples.map { .object(TemplateSampleObject($0)) }, type: TemplateSampleObject.listTypeName)
        } catch {
            throw TemplateFunctionError(String(describing: error))
        }
    }
}
