/// How another program is asked: what every request to it has, and how its server is judged.
public struct HTTPClientSettings: Sendable, Hashable {
    public var credentials: HTTPCredentials = .none
    /// Of every request, in the place of its own of the same names; `X-Scope-OrgID` names a tenant of Mimir and Cortex.
    public var headers = HTTPHeaders()
    public var followsRedirects = true
    /// Nil: as the system judges.
    public var tls: TLSSettings?

    public init() {}
}

extension HTTPClientRequest {
    /// Makes it a request of these settings.
    ///
    /// - Throws: when a file with a secret cannot be read.
    public mutating func apply(
        _ settings: HTTPClientSettings, readFile: SecretReader
    ) throws(HTTPCredentialsError) {
        for field in settings.headers.fields { headers[field.name] = field.value }
        if let authorization = try settings.credentials.authorization(readFile) { headers["Authorization"] = authorization }
        followsRedirects = settings.followsRedirects
        tls = settings.tls
    }
}
