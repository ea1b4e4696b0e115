import LapwingText

/// Finds the handler of a request by its path, then by its method.
///
/// A pattern is made of literal segments, `:name` for one segment, and at its end `*name` for the rest of the path:
/// `/api/v1/label/:name/values`. A literal wins over a parameter. Segments are told apart before escapes are resolved,
/// so that a parameter's value may hold a slash.
public struct HTTPRouter: Sendable {
    public typealias Handler = @Sendable (HTTPRequest) -> HTTPResponse

    /// Answers an OPTIONS request that no route has; a cross-origin preflight, say. Where it is nil, what a path allows is told.
    public var options: (@Sendable (HTTPRequest) -> HTTPResponse?)?
    /// Answers a path that no route has.
    public var notFound: Handler = { _ in .text("404 page not found\n", status: .notFound) }

    private var root = RouteNode()

    public init() {}

    /// Adds a route. One for GET answers HEAD too, if HEAD has none of its own.
    public mutating func on(_ method: HTTPMethod, _ pattern: String, _ handler: @escaping Handler) {
        precondition(pattern.hasPrefix("/"), "a route's pattern starts with a slash: \(pattern)")
        root.insert(RouteNode.segments(of: pattern), method, handler)
    }

    /// Adds the same route for several methods.
    public mutating func on(_ methods: [HTTPMethod], _ pattern: String, _ handler: @escaping Handler) {
        for method in methods { on(method, pattern, handler) }
    }

    public func respond(to request: HTTPRequest) -> HTTPResponse {
        guard let (handlers, parameters) = route(of: request.target) else { return preflight(request) ?? notFound(request) }
        var request = request
        request.pathParameters = parameters
        if let handler = handlers[request.method] ?? (request.method == .head ? handlers[.get] : nil) {
            return handler(request)
        }
        if let answer = preflight(request) { return answer }
        var allowed = Set(handlers.keys.map(\.name) + ["OPTIONS"])
        if allowed.contains("GET") { allowed.insert("HEAD") }
        var response = request.method == .options ? HTTPResponse(status: .ok) : .text("Method Not Allowed\n", status: .methodNotAllowed)
        response.headers["Allow"] = allowed.sorted().joined(separator: ", ")
        return response
    }

    /// Whether a route has the path, for whichever method.
    public func hasRoute(for target: HTTPTarget) -> Bool { route(of: target) != nil }

    private func route(of target: HTTPTarget) -> (handlers: [HTTPMethod: Handler], parameters: [String: String])? {
        var parameters: [String: String] = [:]
        let segments = RouteNode.segments(of: target.rawPath)
        guard segments.count <= Self.maxSegments, let handlers = root.find(segments[...], &parameters) else { return nil }
        return (handlers, parameters)
    }

    private func preflight(_ request: HTTPRequest) -> HTTPResponse? { request.method == .options ? options?(request) : nil }

    /// A path of more segments has no route.
    static let maxSegments = 64
}

/// One place in the tree of patterns.
private struct RouteNode: Sendable {
    private var literals: [String: RouteNode] = [:]
    /// At most one, boxed in an array since a struct cannot hold itself.
    private var parameter: [RouteNode] = []
    private var parameterName = ""
    private var rest: (name: String, handlers: [HTTPMethod: HTTPRouter.Handler])?
    private var handlers: [HTTPMethod: HTTPRouter.Handler] = [:]

    static func segments(of path: String) -> [Substring] {
        Array(path.split(separator: "/", omittingEmptySubsequences: false).dropFirst())
    }

    mutating func insert(_ segments: [Substring], _ method: HTTPMethod, _ handler: @escaping HTTPRouter.Handler) {
        guard let first = segments.first else {
            handlers[method] = handler
            return
        }
        let following = Array(segments.dropFirst())
        if first.hasPrefix(":") {
            let name = String(first.dropFirst())
            precondition(
                parameter.isEmpty || parameterName == name, "two names for one place: \(parameterName), \(name)")
            parameterName = name
            if parameter.isEmpty { parameter.append(RouteNode()) }
            parameter[0].insert(following, method, handler)
        } else if first.hasPrefix("*") {
            precondition(following.isEmpty, "*name ends a pattern")
            rest = rest ?? (String(first.dropFirst()), [:])
            rest?.handlers[method] = handler
        } else {
            literals[String(first), default: RouteNode()].insert(following, method, handler)
        }
    }

    func find(
        _ segments: ArraySlice<Substring>, _ parameters: inout [String: String]
    ) -> [HTTPMethod: HTTPRouter.Handler]? {
        guard let first = segments.first else { return handlers.isEmpty ? nil : handlers }
        guard let text = PercentCoding.decode(first.utf8) else { return nil }
        if let found = literals[text]?.find(segments.dropFirst(), &parameters) { return found }
        if let node = parameter.first, !text.isEmpty, let found = node.find(segments.dropFirst(), &parameters) {
            parameters[parameterName] = text
            return found
        }
        guard let rest else { return nil }
        parameters[rest.name] = PercentCoding.decode(segments.joined(separator: "/"))
        return rest.handlers
    }
}
