import LapwingHTTP
import LapwingText
import LapwingYAML

/// Source: prometheus/common `config/http_config.go`, `TLSConfig`.
extension ConfigurationReader {
    /// Nil where nothing is said that changes how the system judges servers.
    mutating func tls(_ node: YAMLNode?) -> TLSSettings? {
        let references = ["ca_ref", "cert_ref", "key_ref"]
        let known =
            [
                "ca", "cert", "key", "ca_file", "cert_file", "key_file", "server_name", "insecure_skip_verify",
                "min_version", "max_version",
            ] + references
        guard let node, let fields = YAMLFields(node, kind: "tls_config section", known: known, &problems) else {
            return nil
        }
        for name in references { refuse(fields, name, "there is no secret manager; give a file") }
        var settings = TLSSettings()
        settings.authorities = material(fields, "ca", both: "at most one of ca, ca_file & ca_ref must be configured")
        settings.certificates = material(
            fields, "cert", both: "at most one of cert, cert_file & cert_ref must be configured")
        settings.key = material(fields, "key", both: "at most one of key and key_file must be configured")
        if let key = fields.node("key"), settings.key != nil { secrets.append(key.range) }
        let (hasCertificate, hasKey) = (settings.certificates != nil, settings.key != nil)
        if hasCertificate, !hasKey {
            report(
                "exactly one of key or key_file must be configured when a client certificate is configured",
                at: node.range)
        }
        if hasKey, !hasCertificate {
            report(
                "exactly one of cert or cert_file must be configured when a client key is configured", at: node.range)
        }
        if let name = fields.text("server_name", &problems), !name.isEmpty { settings.serverName = name }
        settings.skipsVerification = fields.bool("insecure_skip_verify", &problems) ?? false
        settings.minVersion = version(fields, "min_version")
        settings.maxVersion = version(fields, "max_version")
        let order = TLSSettings.Version.allCases
        if let min = settings.minVersion.flatMap(order.firstIndex),
            let max = settings.maxVersion.flatMap(order.firstIndex), max < min
        {
            let message =
                "tls_config.max_version must be greater than or equal to tls_config.min_version if both are specified"
            report(message, at: fields.node("max_version")?.range ?? node.range)
        }
        return settings == TLSSettings() ? nil : settings
    }

    /// What stands at a name, or in the file that stands at the name with `_file`.
    private mutating func material(_ fields: YAMLFields, _ name: String, both message: String) -> TLSSettings.Material?
    {
        let (text, file) = (fields.text(name, &problems) ?? "", fields.text(name + "_file", &problems) ?? "")
        if !text.isEmpty, !file.isEmpty { report(message, at: fields.keyRange(name + "_file")) }
        if file.isEmpty { return text.isEmpty ? nil : .text(text) }
        namedFiles.append((path(file), fields.node(name + "_file")?.range ?? fields.range))
        return .file(path(file))
    }

    private mutating func version(_ fields: YAMLFields, _ name: String) -> TLSSettings.Version? {
        guard let text = fields.text(name, &problems) else { return nil }
        if let version = TLSSettings.Version(rawValue: text) { return version }
        let names = TLSSettings.Version.allCases.map(\.rawValue)
        report(
            "unknown TLS version: \(text)", at: fields.node(name)?.range ?? fields.range,
            help: Spelling.nearest(to: text, in: names).map { "did you mean \"\($0)\"?" })
        return nil
    }
}
