import Testing

@testable import LapwingHTTP

/// A client that writes bytes of the test's choosing and sees the bytes that come back.
final class RawClient {
    let descriptor: Int32
    private var received: [UInt8] = []

    init(_ address: SocketAddress) throws {
        let endpoint = try #require(try Socket.resolve(address.host, port: address.port, forListening: false).first)
        descriptor = try #require(Socket.open(family: endpoint.family))
        #expect(Socket.startConnecting(descriptor, to: endpoint) == 0)
        #expect(Socket.wait(descriptor, for: .writable, until: .now + .seconds(5)))
    }

    deinit { Socket.close(descriptor) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var offset = 0
        let deadline = ContinuousClock.now + .seconds(10)
        while offset < bytes.count {
            switch Socket.send(descriptor, bytes, from: offset) {
            case .bytes(let count): offset += count
            case .full: try #require(Socket.wait(descriptor, for: .writable, until: deadline))
            case .failed: return
            }
        }
    }

    enum Piece: Equatable {
        case bytes([UInt8])
        case end
        case timedOut
    }

    /// Reads once.
    func read(within duration: Duration = .seconds(5)) -> Piece {
        var block = [UInt8](repeating: 0, count: 65_536)
        let deadline = ContinuousClock.now + duration
        while true {
            switch Socket.receive(descriptor, into: &block) {
            case .bytes(let count): return .bytes(Array(block[..<count]))
            case .nothingYet: if !Socket.wait(descriptor, for: .readable, until: deadline) { return .timedOut }
            case .end, .failed: return .end
            }
        }
    }

    /// Everything up to the connection's end.
    func readToEnd(within duration: Duration = .seconds(5)) -> String {
        let deadline = ContinuousClock.now + duration
        while case .bytes(let bytes) = read(within: deadline - .now) { received += bytes }
        defer { received = [] }
        return String(decoding: received, as: UTF8.self)
    }

    /// Reads until `count` whole responses to `method` have come, and returns them.
    func responses(_ count: Int, to method: HTTPMethod = .get) throws -> [HTTPClientResponse] {
        var responses: [HTTPClientResponse] = []
        var consumed = 0
        while responses.count < count {
            if let (response, length) = try Self.decode(received[consumed...], method) {
                responses.append(response)
                consumed += length
                continue
            }
            guard case .bytes(let bytes) = read() else { break }
            received += bytes
        }
        received.removeFirst(consumed)
        return responses
    }

    /// The first response in `bytes` and its length, found by feeding one byte at a time.
    private static func decode(_ bytes: ArraySlice<UInt8>, _ method: HTTPMethod) throws -> (HTTPClientResponse, Int)? {
        var limits = HTTPLimits()
        limits.maxBodyBytes = 1 << 30
        var decoder = ResponseDecoder(to: method, limits: limits)
        var response = HTTPClientResponse(status: .ok)
        for index in bytes.indices {
            decoder.append(bytes[index...index])
            while let event = try decoder.next() {
                switch event {
                case .head(let status, let headers): (response.status, response.headers) = (status, headers)
                case .body(let body):
                    response.body = body
                    return (response, index - bytes.startIndex + 1)
                }
            }
        }
        return nil
    }
}

extension HTTPClientResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}
