/// The first part of a request: what is known before its body is read.
public struct HTTPRequestHead: Sendable, Equatable {
    public var method: HTTPMethod
    public var target: HTTPTarget
    public var headers: HTTPHeaders
    /// The minor number of HTTP/1.
    var minorVersion: Int

    public init(method: HTTPMethod, target: HTTPTarget, headers: HTTPHeaders = [:], minorVersion: Int = 1) {
        self.method = method
        self.target = target
        self.headers = headers
        self.minorVersion = minorVersion
    }

    /// Whether the client wants the connection kept after the answer (RFC 9112, section 9.3).
    var keepsAlive: Bool {
        if headers.hasToken("close", in: "Connection") { return false }
        return minorVersion >= 1 || headers.hasToken("keep-alive", in: "Connection")
    }
}

/// A complete request as a handler sees it.
public struct HTTPRequest: Sendable {
    public var head: HTTPRequestHead
    public var body: [UInt8]
    /// The client's `address:port`.
    public var remoteAddress: String
    /// What the router read from the path's `:name` parts.
    public var pathParameters: [String: String] = [:]
    public let cancellation: HTTPCancellation

    public init(
        head: HTTPRequestHead, body: [UInt8] = [], remoteAddress: String = "",
        cancellation: HTTPCancellation = HTTPCancellation()
    ) {
        self.head = head
        self.body = body
        self.remoteAddress = remoteAddress
        self.cancellation = cancellation
    }

    /// A request made by hand; nil when `target` is none.
    public init?(_ method: HTTPMethod, _ target: String, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        guard let target = HTTPTarget(target) else { return nil }
        self.init(head: HTTPRequestHead(method: method, target: target, headers: headers), body: body)
    }

    public var method: HTTPMethod { head.method }
    public var target: HTTPTarget { head.target }
    public var path: String { head.target.path }
    public var headers: HTTPHeaders { head.headers }

    /// Whether the client has gone, or the server is past its grace: a long handler should stop.
    public var isCancelled: Bool { cancellation.isCancelled }

    /// The parameters of body and query together, as Go's `ParseForm` gathers them.
    ///
    /// A form body is read for POST, PUT and PATCH with the type `application/x-www-form-urlencoded`; its values come
    /// before the query's.
    ///
    /// - Throws: the first fault in an escape; body before query.
    public func form() throws(HTTPFormError) -> HTTPParameters {
        let form = readableForm()
        if let fault = form.fault { throw fault }
        return form.parameters
    }

    /// The parameters that can be read, as Go's `FormValue` sees them, and the first fault of the rest.
    public func readableForm() -> (parameters: HTTPParameters, fault: HTTPFormError?) {
        var items: [HTTPParameters.Item] = []
        var fault: HTTPFormError?
        if method == .post || method == .put || method == .patch,
            headers["Content-Type"].flatMap({ MediaType($0) })?.essence == "application/x-www-form-urlencoded"
        {
            items = HTTPParameters(readableIn: String(decoding: body, as: UTF8.self), &fault).items
        }
        if let query = target.rawQuery { items += HTTPParameters(readableIn: query, &fault).items }
        return (HTTPParameters(items), fault)
    }
}
