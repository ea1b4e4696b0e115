import Testing

/// Looks at what comes from threads, sockets or other programs until it is there; the test ends where it does not come.
func until(_ what: Comment = "it did not come", _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(40)
    while try await !condition() {
        try #require(ContinuousClock.now < deadline, what)
        try await Task.sleep(for: .milliseconds(20))
    }
}
