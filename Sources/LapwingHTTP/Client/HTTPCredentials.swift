/// Who a request says it is from: the value of its `Authorization` field.
public enum HTTPCredentials: Sendable, Hashable {
    case none
    /// RFC 7617.
    case basic(user: Secret, password: Secret)
    /// A scheme, `Bearer` mostly, and what follows it.
    case scheme(String, Secret)

    /// A text, or the file that holds it; a file is read for every request, so that it can be replaced.
    public enum Secret: Sendable, Hashable {
        case text(String)
        case file(String)

        /// - Parameter readFile: gives a file's bytes. White space at their end is no part of the secret.
        func value(_ readFile: (String) throws(HTTPCredentialsError) -> [UInt8]) throws(HTTPCredentialsError) -> String {
            switch self {
            case .text(let text): return text
            case .file(let path):
                var bytes = try readFile(path)
                while let last = bytes.last, [0x20, 0x09, 0x0A, 0x0D].contains(last) { bytes.removeLast() }
                return String(decoding: bytes, as: UTF8.self)
            }
        }
    }

    /// The value of the field; nil for none.
    public func authorization(
        _ readFile: (String) throws(HTTPCredentialsError) -> [UInt8]
    ) throws(HTTPCredentialsError) -> String? {
        switch self {
        case .none: nil
        case .basic(let user, let password):
            Base64.basicAuthorization(user: try user.value(readFile), password: try password.value(readFile))
        case .scheme(let name, let secret): "\(name) \(try secret.value(readFile))"
        }
    }
}

/// That a file with a secret cannot be read.
public struct HTTPCredentialsError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
