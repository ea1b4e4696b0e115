import LapwingHTTP
import Testing

struct HTTPClientSettingsTests {
    @Test func `a request of some settings has their headers in the place of its own, their credentials and how they judge a server`() throws {
        var settings = HTTPClientSettings()
        settings.credentials = .scheme("Bearer", .file("/token"))
        settings.headers = ["accept": "text/plain", "X-Scope-OrgID": "team"]
        settings.followsRedirects = false
        settings.tls = TLSSettings()
        var request = HTTPClientRequest(url: "https://a/", headers: ["Accept": "*/*", "User-Agent": "Lapwing"])
        try request.apply(settings) { path throws(HTTPCredentialsError) in
            #expect(path == "/token")
            return Array("secret\n".utf8)
        }
        #expect(
            request.headers == [
                "accept": "text/plain", "User-Agent": "Lapwing", "X-Scope-OrgID": "team", "Authorization": "Bearer secret",
            ])
        #expect(!request.followsRedirects && request.tls == TLSSettings())
    }

    @Test func `a secret that cannot be read is an error, and the request is not sent without it`() {
        var settings = HTTPClientSettings()
        settings.credentials = .basic(user: .text("u"), password: .file("/none"))
        var request = HTTPClientRequest(url: "https://a/")
        #expect(throws: HTTPCredentialsError("not there")) {
            try request.apply(settings) { _ throws(HTTPCredentialsError) in throw HTTPCredentialsError("not there") }
        }
    }
}
