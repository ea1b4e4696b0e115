import Testing

@testable import LapwingHTTP

@Suite struct `Bodies that are being read` {
    @Test func `may have so many bytes together, and then the largest goes`() {
        let held = HeldBodies(limit: 100)
        #expect(held.note(60, of: 1) == nil)
        #expect(held.note(30, of: 2) == nil)
        #expect(held.note(40, of: 2) == nil)
        #expect(held.note(41, of: 2) == 1)
        // It no longer counts; nor does what has been read, or has gone.
        #expect(held.note(100, of: 2) == nil)
        #expect(held.note(0, of: 2) == nil)
        #expect(held.note(0, of: 3) == nil)
        #expect(held.note(101, of: 4) == 4)
    }

    @Test func `do not cost small ones their answer`() throws {
        try withServer({ $0.maxHeldBodyBytes = 100_000 }) { request in
            .text("\(request.body.count)")
        } _: { address, _ in
            let large = try RawClient(address)
            try large.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n" + String(repeating: "a", count: 90_000))
            let small = try RawClient(address)
            try small.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 40000\r\n\r\n" + String(repeating: "a", count: 30_000))
            #expect(try large.responses(1).first?.status.code == 503)
            try small.send(String(repeating: "a", count: 10_000))
            #expect(try small.responses(1).first?.text == "40000")
        }
    }
}
