import Foundation
import LapwingHTTP
import LapwingSnappy
import Synchronization

/// What nobody does to a server who means well, or too many at once do who do.
enum Attack: String, CaseIterable {
    case none = "nothing"
    case damage = "damaged heads and bodies, 20 clients"
    case slowClients = "500 send a head byte by byte, 300 a body, 1000 nothing"
    case slowReaders = "200 ask for megabytes and read nothing"
    case heldBodies = "200 send 60 MB of a body and no more"
    case bombs = "20 gzip bombs of 512 MiB, 20 snappy bombs of 32 MiB"
    case heavyQueries = "60 ask for seconds of work, again and again"
    case newHeavyQueries = "20 a second more ask so, and wait"
    case pathologicalQueries = "60 ask what nests, explodes or matches everything"
    case imports = "4 import pages of 500,000 lines"

    /// Asked over the last hour of the workload.
    private static let heavy = [
        "sum by (path) (rate(http_requests_total[1h]))", "quantile_over_time(0.9, http_requests_total[30m])",
        "avg_over_time(rate(http_requests_total[5m])[30m:1m])",
        "histogram_quantile(0.9, sum by (le, path, job) (rate(http_request_duration_seconds_bucket[10m])))",
    ]
    private static let pathological = [
        "{__name__=~\".+\"}", "count by (__name__, path, job, le, status) ({__name__=~\".*a.*|.*e.*|.*o.*\"})",
        "count_values(\"v\", http_requests_total)", "http_requests_total * on (job) group_right () http_requests_total",
        "label_replace(http_requests_total, \"x\", \"$1$1$1$1\", \"path\", \"((((.*)*)*)*)\")", "sort(topk(5000, rate(http_requests_total[1h])))",
        "sum_over_time(sum_over_time(http_requests_total[1h:1s])[1h:1s])", String(repeating: "(", count: 5000) + "1",
        String(repeating: "-", count: 5000) + "1", "{__name__=~\"(a|b){1000}{1000}\"}",
    ]

    /// Threads of the attack, each of which goes on until it is over.
    private var threads: Int {
        switch self {
        case .none: 0
        case .slowClients, .slowReaders, .newHeavyQueries: 1
        case .imports: 4
        case .damage: 20
        case .bombs: 40
        case .heavyQueries, .pathologicalQueries: 60
        case .heldBodies: 8
        }
    }

    /// Attacks a server until `isOver`, on threads that give way to it; returns at once.
    func begin(on port: UInt16, isOver: @escaping @Sendable () -> Bool) -> DispatchGroup {
        let group = DispatchGroup()
        for number in 0..<threads {
            group.enter()
            Thread.detachNewThread {
                setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
                let attacker = Attacker(port: port, number: number, isOver: isOver)
                while !isOver() {
                    if (try? attack(attacker)) == nil { Thread.sleep(forTimeInterval: 0.02) }
                }
                group.leave()
            }
        }
        return group
    }

    /// One round of one thread.
    private func attack(_ attacker: Attacker) throws {
        switch self {
        case .none: break
        case .damage: try attacker.sendDamage()
        case .slowClients: try attacker.sendSlowly()
        case .slowReaders:
            try attacker.hold(200) { _ in Attacker.request("GET", Attacker.range("http_requests_total", seconds: 4500, step: 15)) }
        case .heldBodies: try attacker.holdBodies(25)
        case .bombs where attacker.number % 2 == 0: try attacker.post("/api/v1/import/prometheus", "gzip", Bombs.gzip)
        case .bombs: try attacker.post("/api/v1/write", "snappy", Bombs.snappy)
        case .heavyQueries: try attacker.ask(Attacker.range(Self.heavy[attacker.number % Self.heavy.count], seconds: 3600, step: 1))
        case .newHeavyQueries:
            try attacker.hold(1000, each: 0.05) { number in
                Attacker.request("GET", Attacker.range(Self.heavy[number % Self.heavy.count], seconds: 3600 - number, step: 1))
            }
        case .pathologicalQueries: try attacker.ask(Attacker.range(Self.pathological[attacker.number % Self.pathological.count], seconds: 3600, step: 15))
        case .imports: try attacker.post("/api/v1/import/prometheus", "identity", Bombs.page)
        }
    }
}

/// Bodies that are larger than they look, made once.
private enum Bombs {
    /// Members of a gzip stream follow one another: 512 of a mebibyte.
    static let gzip: [UInt8] = {
        let member = Gzip.compress([UInt8](repeating: 0x0A, count: 1 << 20), level: 9)
        return Array(repeatElement(member, count: 512).joined())
    }()
    static let snappy = SnappyBlock.compress([UInt8](repeating: 0x0A, count: 32 << 20))
    static let page = Array((0..<500_000).map { "imported_total{path=\"/p\($0 % 1000)\",number=\"\($0)\"} \($0)\n" }.joined().utf8)
}
