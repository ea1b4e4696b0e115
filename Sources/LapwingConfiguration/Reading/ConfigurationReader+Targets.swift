import LapwingSeries
import LapwingText
import LapwingYAML

extension ConfigurationReader {
    /// Ways of Prometheus 3.14 to find targets that lapwing does not have.
    static let foreignDiscoveries = [
        "aws", "azure", "consul", "digitalocean", "dns", "docker", "dockerswarm", "ec2", "ecs", "elasticache", "eureka", "gce", "hetzner", "ionos",
        "kubernetes", "kuma", "lightsail", "linode", "marathon", "msk", "nerve", "nomad", "oci", "openstack", "outscale", "ovhcloud", "puppetdb", "rds",
        "scaleway", "serverset", "stackit", "triton", "uyuni", "vultr", "xds",
    ].map { $0 + "_sd_configs" }

    static let discoveryKeys = ["static_configs", "file_sd_configs", "http_sd_configs"] + foreignDiscoveries

    /// - Parameter relabeled: what rules make of a target with its labels and those of its group; nil when they drop it.
    mutating func targets(_ fields: YAMLFields, relabeled: (_ own: Labels, _ shared: Labels) -> Labels?) -> ([TargetGroup], [TargetDiscovery]) {
        for name in Self.foreignDiscoveries {
            refuse(fields, name, "let something write the targets to files for file_sd_configs, or answer http_sd_configs")
        }
        var groups: [TargetGroup] = []
        for node in fields.list("static_configs", &problems) {
            guard let group = group(node) else { continue }
            groups.append(group.group)
            for (target, (written, range)) in zip(group.group.targets, group.addresses) {
                // What stands before an at sign may be a password.
                if written.contains("@") { secrets.append(range) }
                guard let address = relabeled(target, group.group.labels)?[TargetLabel.address], address.contains("/") else { continue }
                report("\(GoQuote.quote(address)) is not a valid hostname", at: range, help: "targets are HOST:PORT; scheme and path have keys of their own")
            }
        }
        var discoveries: [TargetDiscovery] = []
        for node in fields.list("file_sd_configs", &problems) { if let found = files(node) { discoveries.append(found) } }
        for node in fields.list("http_sd_configs", &problems) { if let found = http(node) { discoveries.append(found) } }
        return (groups, discoveries)
    }

    private mutating func files(_ node: YAMLNode) -> TargetDiscovery? {
        guard let fields = YAMLFields(node, kind: "file_sd_config", known: ["files", "refresh_interval"], &problems) else { return nil }
        let items = fields.list("files", &problems)
        if items.isEmpty { report("file service discovery config must contain at least one path name", at: node.range) }
        var patterns: [String] = []
        for item in items {
            let text = item.scalar?.text ?? ""
            if !Self.isTargetFile(text) {
                report("path name \(GoQuote.quote(text)) is not valid for file discovery", at: item.range, help: "names end in .json, .yml or .yaml")
            }
            checkPattern(text, at: item.range)
            patterns.append(path(text))
            targetFiles.append((path(text), item.range))
        }
        return .files(patterns: patterns, refreshInterval: fields.duration("refresh_interval", &problems) ?? .seconds(300))
    }

    /// Source: Prometheus `discovery/file/file.go`, `patFileSDName`: a pattern only in the last part.
    private static func isTargetFile(_ text: String) -> Bool {
        guard [".json", ".yml", ".yaml", ".JSON", ".YML", ".YAML"].contains(where: text.hasSuffix) else { return false }
        let last = text.split(separator: "/").last ?? ""
        return !text.dropLast(last.count).contains("*") && last.count { $0 == "*" } <= 1
    }

    private mutating func http(_ node: YAMLNode) -> TargetDiscovery? {
        let known = Self.clientKeys + ["url", "refresh_interval"]
        guard let fields = YAMLFields(node, kind: "http_sd_config", known: known, &problems) else { return nil }
        let client = client(fields)
        guard let url = url(fields, "url", empty: "URL is missing") else { return nil }
        var discovery = HTTPTargetDiscovery(url: url)
        discovery.refreshInterval = fields.duration("refresh_interval", &problems) ?? discovery.refreshInterval
        if discovery.refreshInterval <= .zero {
            report("\"refresh_interval\" is longer than 0s", at: fields.node("refresh_interval")?.range ?? node.range)
        }
        discovery.client = client
        return .http(discovery)
    }

    /// A group of targets, with where its addresses stand.
    mutating func group(_ node: YAMLNode) -> (group: TargetGroup, addresses: [(String, SourceRange)])? {
        guard let fields = YAMLFields(node, kind: "target group", known: ["targets", "labels"], &problems) else { return nil }
        var addresses: [(String, SourceRange)] = []
        for target in fields.list("targets", &problems) {
            guard let scalar = target.scalar, !target.isNull else {
                report("a target is HOST:PORT, and \(target.kindName) was found", at: target.range)
                continue
            }
            checkText(target)
            addresses.append((scalar.text, target.range))
        }
        var labels = Labels.Builder()
        for pair in fields.pairs("labels", &problems) {
            if pair.name.isEmpty { report("\"\" is not a valid label name", at: pair.key.range) }
            checkText(pair.value)
            labels.set(pair.name, pair.value.scalar?.text ?? "")
        }
        return (TargetGroup(addresses: addresses.map(\.0), labels: labels.labels), addresses)
    }

    /// Reports a number or a word where the source's format has texts alone.
    private mutating func checkText(_ node: YAMLNode) {
        guard takesTextsOnly, !node.isNull, let scalar = node.scalar, scalar.style == .plain else { return }
        report("a label's value is a text in JSON, and \(scalar.text) was found", at: node.range, help: "write \(GoQuote.quote(scalar.text))")
    }
}

extension TargetGroup {
    /// Reads a list of target groups, as files and URLs of targets hold it, in JSON or YAML.
    ///
    /// - Parameter isJSON: whether it is to be JSON; nil: where the source's name ends so.
    /// - Throws: everything that is wrong with it. A text without any value is an empty list in YAML, and no JSON: half a file.
    public static func read(_ source: SourceText, isJSON: Bool? = nil) throws(SourceError) -> [TargetGroup] {
        let isJSON = isJSON ?? source.name.lowercased().hasSuffix(".json")
        if isJSON { try checkJSON(source) }
        let root = try YAML.document(in: source, limits: .goLike).root
        if root.isNull { return [] }
        var reader = ConfigurationReader(source) { _ in nil }
        reader.takesTextsOnly = isJSON
        guard let items = root.sequence else {
            throw SourceError(source, [Diagnostic("expected a list of target groups, and found \(root.kindName)", at: root.range)])
        }
        let groups = items.compactMap { reader.group($0)?.group }
        if !reader.problems.isEmpty { throw SourceError(source, reader.problems) }
        return groups
    }

    /// - Throws: what makes it no JSON, in Go's words where it breaks off.
    private static func checkJSON(_ source: SourceText) throws(SourceError) {
        var json = JSONReader(source.bytes)
        do throws(JSONReader.Fault) {
            if json.next != nil {
                try json.skip()
                try json.finish()
                return
            }
        } catch {
            let isCutShort = error.offset >= source.bytes.count
            throw SourceError(source, [Diagnostic(isCutShort ? "unexpected end of JSON input" : error.message, at: SourceRange(at: error.offset))])
        }
        throw SourceError(source, [Diagnostic("unexpected end of JSON input", at: SourceRange(at: source.bytes.count))])
    }
}
