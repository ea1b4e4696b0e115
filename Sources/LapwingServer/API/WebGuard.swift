import LapwingBcrypt
import LapwingConfiguration
import LapwingHTTP
import LapwingSystem
import Synchronization

/// Lets in who the web configuration names; everybody, where there is none.
///
/// bcrypt is paid once for each user and password: what was answered is remembered. One password is tried at a time (`RequestLanes`), of
/// addresses and users in turns, so that many wrong ones take neither the processor from rules and scrapes nor the place of those who are
/// known, and keep those who are not yet waiting for 16 comparisons at most.
final class WebGuard: Sendable {
    /// Wrong passwords that are remembered; past it all are forgotten.
    private let capacity: Int

    private struct State {
        var web: WebConfiguration?
        /// One for each user at most.
        var right: Set<String> = []
        var wrong: Set<String> = []

        func answer(_ value: String) -> Bool? { right.contains(value) ? true : wrong.contains(value) ? false : nil }

        mutating func remember(_ value: String, isRight: Bool, _ capacity: Int) {
            if !isRight, wrong.count >= capacity { wrong = [] }
            _ = isRight ? right.insert(value) : wrong.insert(value)
        }
    }

    private let state = Mutex(State())
    /// What the password of an unknown user is compared with, so that names cannot be told by time.
    private static let nobody = BcryptHash("$2a$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")

    init(capacity: Int = 100) { self.capacity = capacity }

    func set(_ web: WebConfiguration?) {
        state.withLock { if $0.web != web { $0 = State(web: web) } }
    }

    /// - Returns: nil when the request may go on.
    func refusal(of request: HTTPRequest) -> HTTPResponse? {
        guard let web = state.withLock({ $0.web }) else { return nil }
        if let given = request.headers["Authorization"], isAllowed(given, web) { return nil }
        var response = HTTPResponse.text("Unauthorized\n", status: .unauthorized)
        response.headers["WWW-Authenticate"] = web.users.isEmpty ? "Bearer" : "Basic"
        return response
    }

    /// Whether a request's password has to be compared with a hash.
    func mustCompare(_ head: HTTPRequestHead) -> Bool {
        guard let (scheme, value) = Self.credentials(head.headers["Authorization"] ?? ""), scheme == "basic" else { return false }
        return state.withLock { $0.web != nil && $0.answer(value) == nil }
    }

    /// The user whom a request names; empty where it names none.
    static func user(of head: HTTPRequestHead) -> String {
        guard let (scheme, value) = credentials(head.headers["Authorization"] ?? ""), scheme == "basic" else { return "" }
        return userAndPassword(value)?.user ?? ""
    }

    private static func userAndPassword(_ value: String) -> (user: String, password: [UInt8])? {
        guard let bytes = Data(base64Encoded: value), let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        return (String(decoding: bytes[..<colon], as: UTF8.self), Array(bytes[(colon + 1)...]))
    }

    private static func credentials(_ given: String) -> (scheme: String, value: String)? {
        guard let space = given.firstIndex(of: " ") else { return nil }
        return (given[..<space].lowercased(), String(given[space...].drop { $0 == " " }))
    }

    private func isAllowed(_ given: String, _ web: WebConfiguration) -> Bool {
        guard let (scheme, value) = Self.credentials(given) else { return false }
        switch scheme {
        case "bearer":
            // All are compared, so that time does not tell which is near.
            return web.tokens.reduce(false) { Self.isSame($1, value) || $0 }
        case "basic": return isKnown(value, web)
        default: return false
        }
    }

    private func isKnown(_ value: String, _ web: WebConfiguration) -> Bool {
        if let answer = state.withLock({ $0.answer(value) }) { return answer }
        guard let (user, password) = Self.userAndPassword(value) else { return false }
        let known = web.users[user]
        let isRight = (known ?? Self.nobody)?.matches(password) == true && known != nil
        state.withLock { if $0.web == web { $0.remember(value, isRight: isRight, capacity) } }
        return isRight
    }

    /// Takes as long for any text of the same length.
    private static func isSame(_ a: String, _ b: String) -> Bool {
        let (a, b) = (Array(a.utf8), Array(b.utf8))
        var difference = a.count == b.count ? 0 : UInt8(1)
        for (x, y) in zip(a, b) { difference |= x ^ y }
        return difference == 0
    }
}
