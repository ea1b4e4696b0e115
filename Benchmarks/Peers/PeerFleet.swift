import Foundation

/// The servers of one comparison, all given the same requests.
struct PeerFleet {
    var servers: [PeerProcess] = []
    /// The end of the data, in milliseconds: where the newest question is asked.
    let end: Int64

    /// Starts what is installed of the peers and loads the data into all; what does not take it is left out, and said.
    init(_ peers: [Peer], _ size: DatasetSize) throws {
        for peer in peers where !peer.isInstalled { print("\(peer.title) is not installed, and left out.") }
        var dataset = PeerDataset(size, now: Int64(Date().timeIntervalSince1970 * 1000))
        end = dataset.end
        for peer in peers where peer.isInstalled { servers.append(try PeerProcess(peer)) }
        var connections = try servers.map { try PeerConnection(port: $0.port) }
        let before = servers.map(\.processorMilliseconds)
        var seconds = [Double](repeating: 0, count: servers.count)
        var total = 0
        var (alive, refusals) = (servers, [Peer: String]())
        try dataset.forEachRequest { request, samples in
            total += samples
            for index in servers.indices where refusals[servers[index].peer] == nil {
                let start = ContinuousClock.now
                let reply = try connections[index].remoteWrite(request)
                seconds[index] += start.duration(to: .now) / .seconds(1)
                if reply.status / 100 != 2 {
                    refusals[servers[index].peer] = "\(reply.status) \(String(decoding: reply.body.prefix(300), as: UTF8.self))"
                }
            }
        }
        connections = []
        print("\(total) samples of \(dataset.series.count) series by remote write:")
        for (index, server) in servers.enumerated() {
            if let refusal = refusals[server.peer] {
                print("  \(server.peer.title) refuses them, and is left out: \(refusal)")
                server.stop()
                alive.removeAll { $0 === server }
                continue
            }
            let spent = (server.processorMilliseconds - before[index]) / 1000
            print("  \(server.peer.title): \(Printing.text(seconds[index], 1)) s, \(Printing.text(spent, 1)) s of CPU")
            if server.peer == .victoriaMetrics { _ = try server.get("/internal/force_flush") }
        }
        servers = alive
        for server in servers { server.waitUntilQuiet() }
    }

    func server(_ peer: Peer) -> PeerProcess? { servers.first { $0.peer == peer } }

    func stop() { for server in servers { server.stop() } }
}
