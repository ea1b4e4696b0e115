public import LapwingConfiguration
import LapwingText

/// The page to scrape as `--scrape [JOB=]URL` names it.
public struct ScrapeArgument: Sendable, Hashable {
    /// The job where none is named.
    public static let defaultJob = "scrape"

    public var job: String
    public var scheme: String
    /// `host:port`, as written.
    public var address: String
    /// Without escapes.
    public var path: String
    public var parameters: [ScrapeConfiguration.QueryParameter]

    /// - Throws: `ScrapeArgumentError` when the text is no such URL.
    public init(_ argument: String) throws(ScrapeArgumentError) {
        var url = argument[...]
        job = Self.defaultJob
        let head = argument.prefix { $0 != "/" && $0 != "?" }
        if let equals = head.firstIndex(of: "="), !head[..<equals].contains(":") {
            job = String(head[..<equals])
            url = argument[argument.index(after: equals)...]
            if job.isEmpty { throw ScrapeArgumentError(argument, "the job's name before \"=\" is empty") }
        }
        scheme = "http"
        if let separator = url.firstRange(of: "://") {
            scheme = url[..<separator.lowerBound].lowercased()
            url = url[separator.upperBound...]
        }
        guard scheme == "http" || scheme == "https" else {
            throw ScrapeArgumentError(argument, "its scheme is \"\(scheme)\", expected http or https")
        }
        let withoutFragment = url.prefix { $0 != "#" }
        let beforeQuery = withoutFragment.prefix { $0 != "?" }
        address = String(beforeQuery.prefix { $0 != "/" })
        let path = beforeQuery.drop { $0 != "/" }
        // A path is kept without its escapes, as in a configuration file, where a slash is a slash.
        if path.lowercased().contains("%2f") { throw ScrapeArgumentError(argument, "its path holds an escaped slash, which cannot be asked for") }
        self.path = path.isEmpty ? "/metrics" : PercentCoding.decodeLeniently(path.utf8)
        parameters = Self.parameters(withoutFragment.dropFirst(beforeQuery.count + 1))
        if let fault = Self.fault(ofAddress: address) { throw ScrapeArgumentError(argument, fault) }
    }

    /// The names and values of `a=b&c=d`.
    private static func parameters(_ query: Substring) -> [ScrapeConfiguration.QueryParameter] {
        query.split(separator: "&").map { item in
            let name = item.prefix { $0 != "=" }
            let texts = [name, item.dropFirst(name.count + 1)].map { PercentCoding.decodeLeniently($0.utf8, plusIsSpace: true) }
            return .init(texts[0], texts[1])
        }
    }

    private static func fault(ofAddress address: String) -> String? {
        if address.contains("@") { return "it holds credentials; give them as basic_auth in the configuration file" }
        let port = address.last == "]" ? nil : address.lastIndex(of: ":").map { address[address.index(after: $0)...] }
        let host = port.map { address.dropLast($0.count + 1) } ?? address[...]
        if host.isEmpty { return "it names no host" }
        if let port, UInt16(port).map({ $0 > 0 }) != true { return "its port is \"\(port)\", expected 1 to 65535" }
        return nil
    }

    /// The job that scrapes this page.
    public func configuration(interval: Duration = ScrapeConfiguration.defaultInterval) -> ScrapeConfiguration {
        var configuration = ScrapeConfiguration(jobName: job, interval: interval)
        configuration.scheme = scheme
        configuration.metricsPath = path
        configuration.parameters = parameters
        configuration.targetGroups = [TargetGroup(addresses: [address])]
        return configuration
    }
}

/// Why an argument of `--scrape` cannot be used.
public struct ScrapeArgumentError: Error, Sendable, Hashable, CustomStringConvertible {
    public var argument: String
    public var fault: String

    init(_ argument: String, _ fault: String) {
        self.argument = argument
        self.fault = fault
    }

    public var description: String {
        "--scrape \(argument): \(fault); expected [JOB=]URL such as node=http://localhost:9100/metrics"
    }
}
