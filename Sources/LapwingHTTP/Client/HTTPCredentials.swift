import LapwingText

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

        /// White space at the end of a file is no part of the secret.
        func value(_ readFile: SecretReader) throws(HTTPCredentialsError) -> String {
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
    public func authorization(_ readFile: SecretReader) throws(HTTPCredentialsError) -> String? {
        switch self {
        case .none: nil
        case .basic(let user, let password):
            Self.basicAuthorization(user: try user.value(readFile), password: try password.value(readFile))
        case .scheme(let name, let secret): "\(name) \(try secret.value(readFile))"
        }
    }

    /// The field's value for a name and a password that are at hand.
    public static func basicAuthorization(user: String, password: String) -> String {
        "Basic " + Base64.encode((user + ":" + password).utf8)
    }
}

/// Gives the bytes of a file with a secret.
public typealias SecretReader = @Sendable (_ path: String) throws(HTTPCredentialsError) -> [UInt8]

extension HTTPCredentials {
    /// Reads no file: for a program whose secrets are all texts.
    public static let noFiles: SecretReader = { path throws(HTTPCredentialsError) in
        throw HTTPCredentialsError("\(path): no files can be read here")
    }
}

/// That a file with a secret cannot be read.
public struct HTTPCredentialsError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
