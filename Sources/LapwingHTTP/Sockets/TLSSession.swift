// Holds a pointer to a session of OpenSSL, which it alone has, and gives it arrays for the length of one call. Unchecked:
// a session is used by one exchange at a time, as the connection that holds it is.
import COpenSSL

/// TLS without I/O: bytes of the network in and out, bytes of the application in and out.
final class TLSSession: @unchecked Sendable {
    struct Failure: Error {
        var reason: String
    }

    enum Progress {
        case bytes(Int)
        case needsInput
        case end
    }

    private let session: OpaquePointer

    /// - Parameter name: the host of the URL.
    /// - Throws: where the system has no OpenSSL, or what is shown and trusted cannot be used.
    init(_ settings: TLSSettings, name: String) throws(Failure) {
        var reason = openssl_reason()
        let (authorities, certificates, key) = (
            try Self.bytes(settings.authorities), try Self.bytes(settings.certificates), try Self.bytes(settings.key)
        )
        let session = Self.withPEM(authorities) { authorities in
            Self.withPEM(certificates) { certificates in
                Self.withPEM(key) { key in
                    (settings.serverName ?? name).withCString { name in
                        var given = openssl_settings(
                            authorities: authorities, certificates: certificates, key: key, server_name: name,
                            verifies: settings.skipsVerification ? 0 : 1,
                            min_version: settings.minVersion.map(Self.number) ?? 0,
                            max_version: settings.maxVersion.map(Self.number) ?? 0)
                        return openssl_session_begin(&given, &reason)
                    }
                }
            }
        }
        guard let session else { throw Failure(reason: Self.text(reason)) }
        self.session = session
    }

    deinit { openssl_session_end(session) }

    private static func bytes(_ material: TLSSettings.Material?) throws(Failure) -> [UInt8] {
        do throws(HTTPCredentialsError) {
            return Array(try material?.value(TLSSettings.readFile).utf8 ?? "".utf8)
        } catch {
            throw Failure(reason: error.description)
        }
    }

    private static func withPEM<Result>(_ bytes: [UInt8], _ body: (openssl_pem) -> Result) -> Result {
        bytes.withUnsafeBytes { body(openssl_pem(bytes: $0.baseAddress, count: Int32(clamping: $0.count))) }
    }

    private static func number(_ version: TLSSettings.Version) -> Int32 {
        switch version {
        case .tls10: 0x0301
        case .tls11: 0x0302
        case .tls12: 0x0303
        case .tls13: 0x0304
        }
    }

    private static func text(_ reason: openssl_reason) -> String {
        withUnsafeBytes(of: reason.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    // MARK: The network's side

    /// Takes in what came.
    func feed(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { openssl_session_feed(session, $0.baseAddress, Int32(clamping: $0.count)) }
    }

    /// Gives out what has to be sent.
    func drain() -> [UInt8] {
        var output: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = block.withUnsafeMutableBytes {
                openssl_session_drain(session, $0.baseAddress, Int32(clamping: $0.count))
            }
            if count == 0 { return output }
            output += block[..<Int(count)]
        }
    }

    // MARK: The application's side

    /// `end` when both sides trust each other.
    func handshake() throws(Failure) -> Progress { try progress { openssl_session_handshake(session, &$0) } }

    /// Reads into the front of `block`.
    func read(into block: inout [UInt8]) throws(Failure) -> Progress {
        try progress { reason in
            block.withUnsafeMutableBytes {
                openssl_session_read(session, $0.baseAddress, Int32(clamping: $0.count), &reason)
            }
        }
    }

    /// Takes all of `bytes`, which `drain` then gives.
    func write(_ bytes: [UInt8]) throws(Failure) -> Progress {
        try progress { reason in
            bytes.withUnsafeBytes { openssl_session_write(session, $0.baseAddress, Int32(clamping: $0.count), &reason) }
        }
    }

    private func progress(_ call: (inout openssl_reason) -> Int32) throws(Failure) -> Progress {
        var reason = openssl_reason()
        let result = call(&reason)
        if result > 0 { return .bytes(Int(result)) }
        if result == openssl_done { return .end }
        if result == openssl_needs_input { return .needsInput }
        throw Failure(reason: Self.text(reason))
    }
}
