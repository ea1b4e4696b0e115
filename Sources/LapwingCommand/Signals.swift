import Dispatch
import LapwingSystem

/// The signals that end and reload a server, caught from its making on: what comes while a server starts waits for it.
struct Signals {
    private let numbers: AsyncStream<Int32>
    private let sources: [any DispatchSourceSignal]

    init() async {
        let (numbers, continuation) = AsyncStream.makeStream(of: Int32.self)
        var sources: [any DispatchSourceSignal] = []
        for number in [SIGINT, SIGTERM, SIGHUP] {
            // On Linux Dispatch installs a handler, before which a signal does what it always does; one that were ignored would be lost.
            #if canImport(Darwin)
                signal(number, SIG_IGN)
            #endif
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            await withCheckedContinuation { isCaught in
                source.setRegistrationHandler { isCaught.resume() }
                source.resume()
            }
            sources.append(source)
        }
        (self.numbers, self.sources) = (numbers, sources)
    }

    /// Returns when the process is told to end.
    func wait(onReload: @escaping @Sendable () async -> Void) async {
        for await number in numbers {
            if number != SIGHUP { break }
            await onReload()
        }
        for source in sources { source.cancel() }
    }
}
