public import LapwingBcrypt
public import LapwingText
import LapwingYAML

/// Who may call the API: Prometheus' web configuration file, and `bearer_tokens`.
///
/// Source: prometheus/exporter-toolkit `web/tls_config.go`, `Config`.
public struct WebConfiguration: Sendable, Hashable {
    public var users: [String: BcryptHash] = [:]
    public var tokens: [String] = []

    public init() {}

    /// - Throws: everything that is wrong with the file; a file that names nobody is wrong too, because it would let nobody in.
    public static func read(_ source: SourceText) throws(SourceError) -> WebConfiguration {
        let root = try YAML.document(in: source, limits: .goLike).root
        var web = WebConfiguration()
        var reader = ConfigurationReader(source) { _ in nil }
        let known = ["tls_server_config", "http_server_config", "basic_auth_users", "bearer_tokens", "rate_limit"]
        if let fields = YAMLFields(root, kind: "web configuration", known: known, &reader.problems) {
            reader.refuse(fields, "tls_server_config", "put a proxy that speaks TLS in front")
            reader.refuse(fields, "http_server_config", "there is neither HTTP/2 nor a way to set headers")
            reader.refuse(fields, "rate_limit", "requests are limited by connections and query time")
            web.users = reader.users(fields)
            web.tokens = reader.tokens(fields)
            if web.users.isEmpty, web.tokens.isEmpty, reader.problems.isEmpty {
                reader.report("nobody is named who may call the API", at: root.range, help: "give basic_auth_users or bearer_tokens")
            }
        }
        if !reader.problems.isEmpty { throw SourceError(source, reader.problems) }
        return web
    }
}

extension ConfigurationReader {
    fileprivate mutating func users(_ fields: YAMLFields) -> [String: BcryptHash] {
        var users: [String: BcryptHash] = [:]
        for pair in fields.pairs("basic_auth_users", &problems) {
            if let hash = BcryptHash(pair.value.scalar?.text ?? "") {
                users[pair.name] = hash
            } else {
                report("the password of \(GoQuote.quote(pair.name)) is no bcrypt hash", at: pair.value.range, help: "htpasswd -nBC 10 NAME makes one")
            }
        }
        return users
    }

    fileprivate mutating func tokens(_ fields: YAMLFields) -> [String] {
        fields.list("bearer_tokens", &problems).compactMap { node in
            guard let text = node.scalar?.text, !text.isEmpty else {
                report("a bearer token is a text that is not empty", at: node.range)
                return nil
            }
            return text
        }
    }
}
