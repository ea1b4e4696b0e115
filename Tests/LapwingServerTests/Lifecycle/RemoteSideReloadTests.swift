import Lapwing
import LapwingExposition
import LapwingHTTP
import LapwingPromQL
import LapwingRemote
import LapwingRules
import LapwingSeries
import LapwingSnappy
import LapwingStorage
import LapwingText
import Synchronization
import Testing

@testable import LapwingServer

@Suite(.timeLimit(.minutes(1))) struct `The other servers of a service, after a reload` {
    /// Takes whatever is sent.
    private final class Client: HTTPClient {
        let requests = Mutex<[HTTPClientRequest]>([])

        func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
            requests.withLock { $0.append(request) }
            return HTTPClientResponse(status: .noContent)
        }
    }

    private let store = Store()
    private let client = Client()

    private var side: RemoteSide {
        var clients = SidecarClients()
        (clients.datasource, clients.remoteWrite) = (client, client)
        return RemoteSide(
            store, clients, log: LogWriter { _ in }, instruments: Instruments(), local: SourceQuerier(engine: QueryEngine(), source: store))
    }

    @Test func `are asked by rules at the address that it brings`() throws {
        let side = self.side
        var configuration = SidecarConfiguration()
        for host in ["one", "one", "two"] {
            configuration.datasource = DatasourceSettings(url: "http://\(host)")
            let querier = side.querier(configuration)
            #expect(throws: QueryError.self) { try querier.instant(querier.prepare("up"), at: .now) }
        }
        #expect(client.requests.withLock { $0.map { $0.url.prefix(10) } } == ["http://one", "http://one", "http://two"])
    }

    @Test func `are sent the ends of series whose rules it has removed`() async throws {
        let side = self.side
        var receiver = RemoteWriteSettings(url: "http://receiver/")
        (receiver.sendsRulesOnly, receiver.queue.batchSendDeadline) = (true, .milliseconds(10))
        var configuration = SidecarConfiguration()
        configuration.remoteWrites = [receiver]
        await side.send(configuration, try RuleFile.read(SourceText(name: "r.yml", "- {record: 'a:b', expr: x}")).groups)
        let reference = try store.references(for: [Labels(metric: "a:b")])[0]
        var time = Timestamp.now.milliseconds
        for value in [1, StaleMarker.value] {
            var batch = SampleBatch()
            batch.append(reference, time: time, value: value)
            #expect(try store.append(batch) == [])
            time += 1
            await side.send(configuration, [])
        }
        await side.stop()
        let sent = try client.requests.withLock { $0 }.flatMap { try RemoteWriteRequest(SnappyBlock.decompress($0.body, limit: 1 << 20)).values }
        #expect(sent.map(\.bitPattern) == [1, StaleMarker.value].map(\.bitPattern))
    }
}
