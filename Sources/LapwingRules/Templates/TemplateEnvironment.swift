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
        var rest = Array(externalURL.utf8)[...]
        if let scheme = rest.firstIndex(of: UInt8(ascii: ":")), rest[scheme...].starts(with: "://".utf8) {
            rest = rest[(scheme + 3)...].drop {
                $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#")
            }
        }
        let path = Array(rest.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
        var decoded: [UInt8] = []
        var offset = 0
        while offset < path.count {
            if path[offset] == UInt8(ascii: "%"), offset + 2 < path.count,
                let byte = UInt8(String(decoding: path[(offset + 1)...(offset + 2)], as: UTF8.self), radix: 16)
            {
                decoded.append(byte)
                offset += 3
            } else {
                decoded.append(path[offset])
                offset += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }
}

extension TemplateEnvironment: TemplateLibrary {
    /// The functions whose results hang on when they are called.
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
