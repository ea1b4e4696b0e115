import LapwingHTTP

/// A receiver's address as logs and the history show it.
enum ReceiverURL {
    /// Without user and password.
    static func shown(_ url: String) -> String {
        do throws(HTTPURLError) { return try HTTPURL(url).description } catch { return "(no URL)" }
    }
}
