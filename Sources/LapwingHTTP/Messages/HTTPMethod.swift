/// A request's method (RFC 9110, section 9): an open set, compared by its exact, case-sensitive name.
public struct HTTPMethod: Sendable, Hashable, CustomStringConvertible {
    public let name: String

    public init(_ name: String) { self.name = name }

    public var description: String { name }

    public static let get = HTTPMethod("GET")
    public static let head = HTTPMethod("HEAD")
    public static let post = HTTPMethod("POST")
    public static let put = HTTPMethod("PUT")
    static let patch = HTTPMethod("PATCH")
    static let delete = HTTPMethod("DELETE")
    public static let options = HTTPMethod("OPTIONS")
    public static let connect = HTTPMethod("CONNECT")

    /// Whether sending the request twice means the same as once (RFC 9110, section 9.2.2), so that a client may repeat
    /// it on a fresh connection.
    var isIdempotent: Bool {
        self == .get || self == .head || self == .options || self == .put || self == .delete
    }
}
