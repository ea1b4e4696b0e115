import LapwingConfiguration
import LapwingHTTP
import LapwingRemote
import LapwingServer
import LapwingText

/// The server that `--server` names, and how `--http-config` says that it is asked.
struct ServerAddress {
    /// That is asked where none is named.
    static let standard = "http://127.0.0.1:9090"

    var url: String
    private var configuration: String?

    /// - Throws: what is wrong with the URL.
    init(url: String, _ arguments: Arguments) throws(UsageError) {
        do throws(HTTPURLError) { _ = try HTTPURL(url) } catch { throw UsageError("--server \(GoQuote.quote(url)): \(error)") }
        (self.url, configuration) = (url, arguments.text("--http-config"))
    }

    /// - Throws: what is wrong with the file.
    func api() throws(QueryFailure) -> RemoteAPI {
        var settings = DatasourceSettings(url: url)
        if let configuration { settings.client = try Self.client(configuration) }
        var surroundings = RemoteAPI.Surroundings(client: SocketHTTPClient())
        surroundings.readFile = Self.secret
        return RemoteAPI(settings, surroundings)
    }

    private static func client(_ path: String) throws(QueryFailure) -> HTTPClientSettings {
        let source: SourceText
        do throws(InputFileError) { source = try InputFile.read(path) } catch { throw QueryFailure("lapwing: \(path): \(error)") }
        do throws(SourceError) { return try HTTPClientSettings.read(source) } catch { throw QueryFailure(error.description) }
    }

    /// The bytes of a file with a password or token.
    @Sendable private static func secret(_ path: String) throws(HTTPCredentialsError) -> [UInt8] {
        do throws(InputFileError) { return try InputFile.read(path).bytes } catch { throw HTTPCredentialsError("\(path): \(error)") }
    }
}
