import LapwingDisk
import LapwingNotify
import LapwingSeries
import SeededRandom

/// A service with its disk, its receivers, and crashes.
struct SimulatedWorld {
    /// When the disk's owner dies, counted in changes of the disk.
    enum Crashes {
        case none
        case once(at: Int)
        /// Again and again, after as many changes as the seed says.
        case often(seed: UInt64)
        /// Between the last second before each reload and the first after it, and then again while it starts, at a change that the seed says.
        case atReloads(seed: UInt64)
        /// Once, and then it is away for so many seconds.
        case away(at: Int, seconds: Int)
    }

    struct Message: Equatable {
        var body: String
        var tick: Int
        /// Whether the service died after the receiver took it, before its log knew for sure: then it may come once more.
        var isUnsure = false
    }

    let scenario: Scenario
    let crashes: Crashes
    let crash: SimulatedDisk.Crash
    let disk = SimulatedDisk(seed: 3)
    /// What receivers took, by receiver and group.
    private(set) var inbox: [String: [Message]] = [:]
    private(set) var changes: [AlertHistory.Entry] = []
    private(set) var deaths = 0
    /// Of them, those while it started.
    private(set) var deathsInStarts = 0
    private(set) var undelivered = 0

    init(_ scenario: Scenario, _ crashes: Crashes, _ crash: SimulatedDisk.Crash = .process) {
        self.scenario = scenario
        self.crashes = crashes
        self.crash = crash
    }

    mutating func run() throws {
        var random = SeededGenerator(0)
        if case .once(let step) = crashes { disk.crash(at: step) }
        if case .away(let step, _) = crashes { disk.crash(at: step) }
        var absentUntil = 0
        switch crashes {
        case .often(let seed), .atReloads(let seed): random = SeededGenerator(seed)
        case .none, .once, .away: break
        }
        var service = try start(0, &random)
        for tick in 0..<Scenario.ticks where tick >= absentUntil {
            let now = Timestamp(milliseconds: (Scenario.start + Int64(tick)) * 1000)
            if case .atReloads = crashes, Scenario.reloads.contains(tick) {
                deaths += 1
                disk.restart(after: crash)
                service = try start(tick, &random)
            }
            // However often it dies, it is started again within the second.
            var lives = 0
            while true {
                do {
                    try step(&service, tick, now)
                    break
                } catch is SimulatedService.Died {
                    deaths += 1
                    lives += 1
                    disk.restart(after: crash)
                    if case .away(_, let seconds) = crashes {
                        absentUntil = tick + seconds
                        service = try start(absentUntil, &random)
                        break
                    }
                    service = try start(tick, &random, isLast: lives > 5)
                }
            }
        }
        changes = service.outbox.history.entries(limit: .max) { entry in if case .change = entry { true } else { false } }
        undelivered = service.outbox.pending
    }

    /// Starts the service; it may die while it starts, and is started again.
    private mutating func start(_ tick: Int, _ random: inout SeededGenerator, isLast: Bool = false) throws -> SimulatedService {
        let now = Timestamp(milliseconds: (Scenario.start + Int64(tick)) * 1000)
        var tries = isLast ? 0 : 4
        while true {
            switch crashes {
            case .often where tries > 0: disk.crash(at: disk.steps + 1 + random.below(60))
            case .atReloads where tries > 0 && Scenario.reloads.contains(tick): disk.crash(at: disk.steps + 1 + random.below(5))
            default: break
            }
            do {
                return try SimulatedService(scenario, on: disk, isSynced: crash == .machine, at: now)
            } catch is SimulatedService.Died {
                deaths += 1
                deathsInStarts += 1
                tries -= 1
                disk.restart(after: crash)
            }
        }
    }

    private mutating func step(_ service: inout SimulatedService, _ tick: Int, _ now: Timestamp) throws {
        var taken: (key: String, index: Int)?
        do {
            try service.advance(to: now) { delivery in
                let (receiver, group, _) = delivery.summary
                if scenario.isDown(receiver, at: tick) { return .failed(retryAfter: nil, "it is down") }
                let key = receiver + group
                inbox[key, default: []].append(Message(body: String(decoding: delivery.body(), as: UTF8.self), tick: tick))
                taken = (key, (inbox[key]?.count ?? 1) - 1)
                return .accepted
            } noted: {
                taken = nil
            }
            if tick % 97 == 50 { try service.checkpoint() }
        } catch {
            if let taken, error is SimulatedService.Died { inbox[taken.key]?[taken.index].isUnsure = true }
            throw error
        }
    }
}
