import LapwingHTTP
import LapwingSeries
import LapwingText
import LapwingYAML

/// How another program is asked: what Prometheus calls its HTTP client configuration.
///
/// Source: prometheus/common `config/http_config.go`.
extension ConfigurationReader {
    static let clientKeys = [
        "basic_auth", "authorization", "oauth2", "bearer_token", "bearer_token_file", "tls_config", "follow_redirects", "enable_http2",
        "proxy_url", "no_proxy", "proxy_from_environment", "proxy_connect_header", "http_headers",
    ]

    mutating func client(_ fields: YAMLFields) -> HTTPClientSettings {
        var client = HTTPClientSettings()
        client.followsRedirects = fields.bool("follow_redirects", &problems) ?? true
        _ = fields.bool("enable_http2", &problems)
        let methods = ["basic_auth", "authorization", "oauth2", "bearer_token", "bearer_token_file"].filter { name in
            guard let node = fields.node(name) else { return false }
            // An empty token counts as none.
            return node.scalar?.text.isEmpty != true
        }
        if methods.count > 1 {
            let message =
                methods == ["bearer_token", "bearer_token_file"]
                ? "at most one of bearer_token & bearer_token_file must be configured"
                : methods.contains("authorization") && !methods.contains("basic_auth") && !methods.contains("oauth2")
                    ? "authorization is not compatible with bearer_token & bearer_token_file"
                    : methods.contains("authorization")
                        ? "at most one of basic_auth, oauth2 & authorization must be configured"
                        : "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured"
            report(message, at: fields.keyRange(methods[1]))
        }
        if let node = fields.node("basic_auth") { client.credentials = basic(node) }
        if let node = fields.node("authorization") { client.credentials = authorization(node) }
        if let token = secret(fields, "bearer_token"), !token.isEmpty { client.credentials = .scheme("Bearer", .text(token)) }
        if let file = fields.text("bearer_token_file", &problems), !file.isEmpty {
            namedFiles.append((path(file), fields.keyRange("bearer_token_file")))
            client.credentials = .scheme("Bearer", .file(path(file)))
        }
        refuse(fields, "oauth2", "give a token with authorization and credentials_file")
        client.tls = tls(fields.node("tls_config"))
        for name in ["proxy_url", "no_proxy", "proxy_connect_header"] { refuse(fields, name, "requests go straight to their targets") }
        refuse(fields, "proxy_from_environment", unless: false, "requests go straight to their targets")
        client.headers = headers(fields)
        return client
    }

    private mutating func basic(_ node: YAMLNode) -> HTTPCredentials {
        let known = ["username", "username_file", "username_ref", "password", "password_file", "password_ref"]
        guard let fields = YAMLFields(node, kind: "basic_auth section", known: known, &problems) else { return .none }
        let user = secret(
            fields, text: fields.text("username", &problems), file: "username_file",
            both: "at most one of basic_auth username, username_file & username_ref must be configured")
        let password = secret(
            fields, text: secret(fields, "password"), file: "password_file",
            both: "at most one of basic_auth password, password_file & password_ref must be configured")
        for name in ["username_ref", "password_ref"] { refuse(fields, name, "there is no secret manager; give a file") }
        return .basic(user: user, password: password)
    }

    private mutating func secret(_ fields: YAMLFields, text: String?, file name: String, both message: String) -> HTTPCredentials.Secret {
        let file = fields.text(name, &problems) ?? ""
        if !file.isEmpty, text?.isEmpty == false { report(message, at: fields.keyRange(name)) }
        if file.isEmpty { return .text(text ?? "") }
        namedFiles.append((path(file), fields.node(name)?.range ?? fields.range))
        return .file(path(file))
    }

    private mutating func authorization(_ node: YAMLNode) -> HTTPCredentials {
        let known = ["type", "credentials", "credentials_file", "credentials_ref"]
        guard let fields = YAMLFields(node, kind: "authorization section", known: known, &problems) else { return .none }
        let scheme = fields.text("type", &problems) ?? "Bearer"
        if scheme.lowercased() == "basic" {
            report(#"authorization type cannot be set to "basic", use "basic_auth" instead"#, at: fields.node("type")?.range ?? node.range)
        }
        refuse(fields, "credentials_ref", "there is no secret manager; give a file")
        let credentials = secret(
            fields, text: secret(fields, "credentials"), file: "credentials_file",
            both: "at most one of authorization credentials & credentials_file must be configured")
        return .scheme(scheme.isEmpty ? "Bearer" : scheme, credentials)
    }

    /// The same where `headers` names more of them, as Prometheus has it for `remote_write`.
    ///
    /// - Parameter areSecret: whether their values are not shown, as nobody knows which of them is a token.
    mutating func client(withHeaders fields: YAMLFields, areSecret: Bool = true) -> HTTPClientSettings {
        var client = client(fields)
        for pair in fields.pairs("headers", &problems) {
            let value = pair.value.scalar?.text ?? ""
            checkHeader(pair.name, at: pair.key.range)
            checkHeader(value: value, at: pair.value.range)
            if areSecret, !value.isEmpty { secrets.append(pair.value.range) }
            client.headers.add(pair.name, value)
        }
        return client
    }

    private mutating func headers(_ fields: YAMLFields) -> HTTPHeaders {
        var headers = HTTPHeaders()
        guard let node = fields.node("http_headers") else { return headers }
        guard let mapping = node.mapping else {
            report("\"http_headers\" maps names of headers to their values", at: node.range)
            return headers
        }
        for entry in mapping.entries {
            let name = entry.key.scalar?.text ?? ""
            checkHeader(name, at: entry.key.range)
            guard let header = YAMLFields(entry.value, kind: "header", known: ["values", "secrets", "files"], &problems) else { continue }
            let hidden = header.texts("secrets", &problems)
            secrets += hidden.map(\.range)
            refuse(header, "files", "give the value in values or secrets")
            let values = header.texts("values", &problems) + hidden
            for value in values { checkHeader(value: value.text, at: value.range) }
            headers.add(name, values.map(\.text).joined(separator: ", "))
        }
        return headers
    }

    private static let reservedHeaders: Set<String> = [
        "authorization", "host", "content-encoding", "content-length", "content-type", "user-agent", "connection", "keep-alive",
        "proxy-authenticate", "proxy-authorization", "www-authenticate", "accept-encoding", "x-prometheus-remote-write-version",
        "x-prometheus-remote-read-version", "x-prometheus-scrape-timeout-seconds", "accept", "transfer-encoding", "te", "trailer", "upgrade",
    ]

    private mutating func checkHeader(_ name: String, at range: SourceRange) {
        let lower = name.lowercased()
        if lower == "authorization" {
            report("authorization header must be changed via the basic_auth or authorization parameter", at: range)
        } else if Self.reservedHeaders.contains(lower) {
            report("\(name) is a reserved header. It must not be changed", at: range)
        } else if name.isEmpty || !name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }) {
            report("\(GoQuote.quote(name)) is no name of a header", at: range)
        }
    }

    private mutating func checkHeader(value: String, at range: SourceRange) {
        if value.utf8.contains(where: { $0 < 0x20 && $0 != UInt8(ascii: "\t") || $0 == 0x7F }) {
            report("a header's value is one line without control characters", at: range)
        }
    }

    /// An absolute `http` or `https` URL; a password in it is a secret.
    ///
    /// - Parameter isSecret: whether its path and query are, too.
    mutating func url(_ fields: YAMLFields, _ name: String, empty message: String, isSecret: Bool = false) -> String? {
        guard let text = fields.text(name, &problems), let node = fields.node(name), !text.isEmpty else {
            report(message, at: fields.keyRange(name))
            return nil
        }
        do throws(HTTPURLError) {
            let url = try HTTPURL(text)
            if url.password != nil || isSecret && url.requestTarget != "/" { secrets.append(node.range) }
            return text
        } catch {
            report(isSecret ? "no URL that can be fetched: \(error)" : "\(GoQuote.quote(text)): \(error)", at: node.range)
            return nil
        }
    }
}
