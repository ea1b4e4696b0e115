import LapwingHTTP
import LapwingRemote
import LapwingText
import LapwingYAML

extension ConfigurationReader {
    /// What rules ask instead of the store; lapwing's own, in the words of Prometheus' HTTP clients.
    mutating func datasource(_ node: YAMLNode?) -> DatasourceSettings? {
        let own = ["url", "timeout", "max_concurrent", "headers"]
        guard let node, let fields = YAMLFields(node, kind: "datasource", known: own + Self.clientKeys, &problems) else { return nil }
        let client = client(withHeaders: fields)
        guard let url = url(fields, "url", empty: "a datasource needs a url") else { return nil }
        var settings = DatasourceSettings(url: url)
        settings.client = client
        settings.timeout = fields.duration("timeout", &problems)
        settings.maximumConcurrent = count(fields, "max_concurrent") ?? settings.maximumConcurrent
        if settings.maximumConcurrent == 0 { report("\"max_concurrent\" is 1 or more", at: fields.keyRange("max_concurrent")) }
        return settings
    }
}
