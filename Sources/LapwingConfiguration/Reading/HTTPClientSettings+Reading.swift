public import LapwingHTTP
public import LapwingText
import LapwingYAML

extension HTTPClientSettings {
    /// Reads a file that says how a server is asked, and nothing else: what promtool's `--http.config.file` takes.
    ///
    /// - Throws: everything that is wrong with it.
    public static func read(_ source: SourceText) throws(SourceError) -> HTTPClientSettings {
        let root = try YAML.document(in: source, limits: .goLike).root
        if root.isNull { return HTTPClientSettings() }
        var reader = ConfigurationReader(source) { _ in nil }
        let fields = YAMLFields(root, kind: "HTTP client configuration", known: ConfigurationReader.clientKeys, &reader.problems)
        let settings = fields.map { reader.client($0) } ?? HTTPClientSettings()
        if reader.problems.contains(where: { $0.severity == .error }) { throw SourceError(source, reader.problems) }
        return settings
    }
}
