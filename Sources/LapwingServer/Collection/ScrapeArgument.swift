public import LapwingConfiguration

/// The page to scrape as `--scrape [JOB=]URL` names it.
public struct ScrapeArgument: Sendable, Hashable {
    /// The job where none is named.
    public static let defaultJob = "scrape"

    public var job: String
    public var scheme: String
    /// `host:port`, as written.
    public var address: String
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
        self.path = path.isEmpty ? "/metrics" : String(path)
        parameters = PercentEncoding.parameters(withoutFragment.dropFirst(beforeQuery.count + 1))
        if let fault = Self.fault(ofAddress: address) { throw ScrapeArgumentError(argument, fault) }
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

/// The bytes of a URL's query that stand for themselves, and those that are written `%XX`.
enum PercentEncoding {
    /// The names and values of `a=b&c=d`.
    static func parameters(_ query: Substring) -> [ScrapeConfiguration.QueryParameter] {
        query.split(separator: "&").map { item in
            let name = item.prefix { $0 != "=" }
            return .init(decoded(name), decoded(item.dropFirst(name.count + 1)))
        }
    }

    static func decoded(_ text: Substring) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let byte = UInt8(String(decoding: bytes[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
            {
                result.append(byte)
                index += 3
            } else {
                result.append(bytes[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// A name or value of a query as Go's `url.QueryEscape` writes it.
    static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let isLetter = (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") <= 9
            if isLetter || "-_.~".utf8.contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else if byte == UInt8(ascii: " ") {
                result += "+"
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return result
    }
}
