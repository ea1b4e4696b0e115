import LapwingExposition
import LapwingSnappy

/// Sends a server one scrape of a workload's series after the other, by remote write.
struct WorkloadSender {
    private let workload: RuleWorkload
    private let labels: [RemoteWriteMessage.EncodedLabels]
    private var totals: [Double]
    private var scrape = 0

    init(_ workload: RuleWorkload) {
        self.workload = workload
        labels = workload.labels.map { RemoteWriteMessage.EncodedLabels($0) }
        totals = [Double](repeating: 0, count: labels.count)
    }

    /// - Parameter seconds: the time of the scrape, since the epoch.
    mutating func send(to server: PeerProcess, at seconds: Double) throws {
        workload.grow(&totals, scrape)
        scrape += 1
        let connection = try PeerConnection(port: server.port)
        for first in stride(from: 0, to: labels.count, by: 2000) {
            var message = RemoteWriteMessage()
            for index in first..<min(labels.count, first + 2000) {
                message.append(labels[index], times: [Int64(seconds * 1000)], values: [totals[index]])
            }
            let reply = try connection.remoteWrite(SnappyBlock.compress(message.bytes))
            if reply.status / 100 != 2 { throw PeerConnection.Failure(description: "\(server.peer.title) takes no samples") }
        }
    }
}
