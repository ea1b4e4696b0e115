import LapwingSystem

/// How a server is judged, and what it is shown, where that is not the system's way: Prometheus' `tls_config`.
///
/// Source: prometheus/common `config/http_config.go`, `TLSConfig`.
public struct TLSSettings: Sendable, Hashable {
    /// Text in PEM form, or the file that holds it; a file is read for every connection, so that it can be replaced.
    public typealias Material = HTTPCredentials.Secret

    /// Whose signatures are trusted; nil: those that the system trusts.
    public var authorities: Material?
    /// What the server is shown, with what leads from it to its authority.
    public var certificates: Material?
    /// The key of the first of `certificates`.
    public var key: Material?
    /// The name that the server has to have; nil: that of the URL.
    public var serverName: String?
    /// Whether any server is believed.
    public var skipsVerification = false
    public var minVersion: Version?
    public var maxVersion: Version?

    public init() {}

    /// Named as Prometheus names them.
    public enum Version: String, Sendable, Hashable, CaseIterable {
        case tls10 = "TLS10"
        case tls11 = "TLS11"
        case tls12 = "TLS12"
        case tls13 = "TLS13"
    }

    /// The bytes of a file on this machine.
    @Sendable static func readFile(_ path: String) throws(HTTPCredentialsError) -> [UInt8] {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw HTTPCredentialsError("\(path): the file is not there or cannot be read")
        }
        return Array(bytes)
    }
}
