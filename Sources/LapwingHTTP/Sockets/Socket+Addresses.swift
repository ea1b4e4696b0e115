// Calls the system's resolver and address functions, which take pointers: each points into an array or a local
// variable for the length of one call; the resolver's list is copied and freed before it is left.
import LapwingSystem

extension Socket {
    /// An address in the system's form.
    struct Endpoint: Sendable {
        let family: Int32
        /// A `sockaddr` of the family.
        let bytes: [UInt8]

        var isIPv4: Bool { family == AF_INET }
        var address: SocketAddress { Socket.address(bytes) }

        /// The same with another port, which both families have behind their own number, the higher byte first.
        func at(port: Int) -> Endpoint {
            guard bytes.count >= 4 else { return self }
            var bytes = bytes
            (bytes[2], bytes[3]) = (UInt8(truncatingIfNeeded: port >> 8), UInt8(truncatingIfNeeded: port))
            return Endpoint(family: family, bytes: bytes)
        }
    }

    /// The addresses of `host`, IPv4 first, as Go dials and listens; an empty host is every address of this machine.
    ///
    /// Waits for the resolver for as long as that takes.
    static func resolve(_ host: String, port: Int, forListening: Bool) throws(SocketError) -> [Endpoint] {
        var hints = addrinfo()
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        hints.ai_flags = Int32(AI_NUMERICSERV) | (forListening ? Int32(AI_PASSIVE) : 0)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host.isEmpty ? nil : host, String(port), &hints, &list)
        guard status == 0, let list else {
            let reason = status == EAI_NONAME ? "no such host" : String(cString: gai_strerror(status))
            throw SocketError(operation: "lookup \(host)", code: 0, reason: reason)
        }
        defer { freeaddrinfo(list) }
        var endpoints: [Endpoint] = []
        var next: UnsafeMutablePointer<addrinfo>? = list
        while let entry = next {
            if let address = entry.pointee.ai_addr {
                let raw = UnsafeRawBufferPointer(start: address, count: Int(entry.pointee.ai_addrlen))
                endpoints.append(Endpoint(family: entry.pointee.ai_family, bytes: Array(raw)))
            }
            next = entry.pointee.ai_next
        }
        return endpoints.filter(\.isIPv4) + endpoints.filter { !$0.isIPv4 }
    }

    /// Listens on the first address of `host` that can be bound; every address, of both families, when it is empty.
    static func listen(host: String, port: Int, backlog: Int32) throws(SocketError) -> (Int32, SocketAddress) {
        let operation = "listen tcp \(SocketAddress(host: host, port: port))"
        var endpoints = try resolve(host, port: port, forListening: true)
        if host.isEmpty { endpoints = endpoints.filter { !$0.isIPv4 } + endpoints.filter(\.isIPv4) }
        var code: Int32 = EADDRNOTAVAIL
        for endpoint in endpoints {
            guard let descriptor = open(family: endpoint.family) else {
                code = errno
                continue
            }
            setOption(descriptor, SOL_SOCKET, SO_REUSEADDR)
            if !endpoint.isIPv4 { setOption(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, host.isEmpty ? 0 : 1) }
            let isBound = withSystemAddress(endpoint.bytes) { bind(descriptor, $0, $1) == 0 }
            #if canImport(Glibc)
                let isListening = isBound && Glibc.listen(descriptor, backlog) == 0
            #elseif canImport(Musl)
                let isListening = isBound && Musl.listen(descriptor, backlog) == 0
            #else
                let isListening = isBound && Darwin.listen(descriptor, backlog) == 0
            #endif
            if isListening { return (descriptor, localAddress(of: descriptor)) }
            code = errno
            close(descriptor)
        }
        throw SocketError(operation: operation, code: code, reason: reason(code))
    }

    enum Accepted {
        case connection(Int32, SocketAddress)
        case nothingYet
        /// The process or the system has no descriptor left.
        case exhausted
    }

    static func accept(_ listener: Int32) -> Accepted {
        while true {
            var bytes = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_storage>.size)
            var length = socklen_t(bytes.count)
            let descriptor = bytes.withUnsafeMutableBytes { buffer in
                #if canImport(Glibc)
                    Glibc.accept(listener, buffer.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
                #elseif canImport(Musl)
                    Musl.accept(listener, buffer.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
                #else
                    Darwin.accept(listener, buffer.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
                #endif
            }
            if descriptor >= 0 {
                prepare(descriptor)
                return .connection(descriptor, address(bytes))
            }
            switch errno {
            // A client that has already gone is no reason to stop accepting.
            case EINTR, ECONNABORTED: continue
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
            default: return .nothingYet
            }
        }
    }

    /// Starts to connect; whether that succeeded is known when the socket is writable.
    ///
    /// - Returns: 0, or the system's error.
    static func startConnecting(_ descriptor: Int32, to endpoint: Endpoint) -> Int32 {
        let status = withSystemAddress(endpoint.bytes) { connect(descriptor, $0, $1) }
        return status == 0 || errno == EINPROGRESS || errno == EINTR ? 0 : errno
    }

    /// The error that a connection attempt ended with; 0 for success.
    static func pendingError(_ descriptor: Int32) -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 ? code : errno
    }

    private static func localAddress(of descriptor: Int32) -> SocketAddress {
        var bytes = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_storage>.size)
        var length = socklen_t(bytes.count)
        bytes.withUnsafeMutableBytes { buffer in
            _ = getsockname(descriptor, buffer.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
        }
        return address(bytes)
    }

    private static func withSystemAddress<T>(_ bytes: [UInt8], _ body: (UnsafePointer<sockaddr>?, socklen_t) -> T) -> T
    {
        bytes.withUnsafeBytes { body($0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count)) }
    }

    /// Address and port of a `sockaddr`, as text.
    static func address(_ bytes: [UInt8]) -> SocketAddress {
        bytes.withUnsafeBytes { buffer in
            guard buffer.count >= MemoryLayout<sockaddr_in>.size else { return SocketAddress(host: "", port: 0) }
            let family = Int32(buffer.loadUnaligned(as: sockaddr.self).sa_family)
            var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN) + 1)
            let port: UInt16
            if family == AF_INET6, buffer.count >= MemoryLayout<sockaddr_in6>.size {
                var address = buffer.loadUnaligned(as: sockaddr_in6.self)
                inet_ntop(AF_INET6, &address.sin6_addr, &text, socklen_t(text.count))
                port = address.sin6_port
            } else {
                var address = buffer.loadUnaligned(as: sockaddr_in.self)
                inet_ntop(AF_INET, &address.sin_addr, &text, socklen_t(text.count))
                port = address.sin_port
            }
            let characters = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            return SocketAddress(host: String(decoding: characters, as: UTF8.self), port: Int(UInt16(bigEndian: port)))
        }
    }
}
