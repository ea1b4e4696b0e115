import LapwingConfiguration
import LapwingSeries
import Testing

@testable import LapwingServer

@Suite struct ScrapeScheduleTests {
    private func schedule(_ milliseconds: Int64, spread: UInt64 = 0, seed: UInt64 = 0) -> ScrapeSchedule {
        ScrapeSchedule(interval: .milliseconds(milliseconds), spread: spread, seed: seed)
    }

    private func time(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    @Test func `scrapes lie at the target's offset in the interval, whenever the server starts`() {
        let schedule = schedule(1000, spread: 3300)
        #expect(schedule.offset == 300)
        #expect(schedule.first(after: time(10_000)) == time(10_300))
        #expect(schedule.first(after: time(10_299)) == time(10_300))
        #expect(schedule.first(after: time(10_300)) == time(11_300))
        #expect(schedule.first(after: time(-50)) == time(300))
    }

    @Test func `a seed moves all targets`() {
        #expect(schedule(1000, spread: 3300, seed: 7).offset == Int64((3300 ^ 7) % 1000))
    }

    @Test func `times do not drift, a late one is made up for, and those before it are missed`() {
        let schedule = schedule(1000)
        #expect(schedule.next(after: time(5000), at: time(5200)) == time(6000))
        #expect(schedule.next(after: time(5000), at: time(6001)) == time(6000))
        #expect(schedule.next(after: time(5000), at: time(6999)) == time(6000))
        #expect(schedule.next(after: time(5000), at: time(9400)) == time(9000))
    }

    @Test func `a time that is farther away than scrapes are apart gives way to the first that is not`() {
        let schedule = schedule(1000, spread: 300)
        #expect(schedule.nearest(time(5300), at: time(4300)) == time(5300))
        #expect(schedule.nearest(time(5300), at: time(5400)) == time(5300))
        #expect(schedule.nearest(time(5300), at: time(4299)) == time(4300))
        #expect(schedule.nearest(time(5300), at: time(-600_000)) == time(-599_700))
    }

    @Test func `a scrape that starts a little late is stamped with the time at which it was due`() {
        let schedule = schedule(15_000)
        #expect(schedule.sampleTime(due: time(15_000), now: time(15_002)) == time(15_000))
        #expect(schedule.sampleTime(due: time(15_000), now: time(15_003)) == time(15_003))
        #expect(schedule.sampleTime(due: time(15_000), now: time(14_999)) == time(14_999))
        #expect(self.schedule(100).sampleTime(due: time(100), now: time(102)) == time(102))
    }

    @Test func `many targets are spread over the interval`() throws {
        var configuration = ScrapeConfiguration(jobName: "j")
        configuration.targetGroups = [TargetGroup(addresses: (0..<1000).map { "host-\($0):9100" })]
        var perTenth = [Int](repeating: 0, count: 10)
        for case .active(let target) in ScrapeTarget.discover(configuration) {
            let schedule = ScrapeSchedule(interval: target.interval, spread: target.identity.spread, seed: 0)
            perTenth[Int(schedule.offset / 1500)] += 1
        }
        #expect(perTenth.reduce(0, +) == 1000)
        #expect(perTenth.allSatisfy { (60...150).contains($0) }, "\(perTenth)")
    }
}

@Suite struct SampleLabelsTests {
    private func labels(_ exposed: Labels, honors: Bool) throws -> Labels? {
        var configuration = ScrapeConfiguration(jobName: "j")
        configuration.honorsLabels = honors
        configuration.targetGroups = [TargetGroup(addresses: ["h"])]
        guard case .active(let target) = ScrapeTarget.discover(configuration).first else { return nil }
        return try SampleLabels(target).labels(for: Array(exposed))
    }

    @Test func `a label of the page gives way to the target's`() throws {
        #expect(
            try labels(Labels(metric: "m", ["job": "x"]), honors: false)
                == Labels(metric: "m", ["job": "j", "instance": "h", "exported_job": "x"]))
        #expect(
            try labels(Labels(metric: "m", ["job": "x", "exported_job": "y"]), honors: false)
                == Labels(
                    metric: "m", ["job": "j", "instance": "h", "exported_job": "y", "exported_exported_job": "x"]))
    }

    @Test func `honoured, it wins`() throws {
        #expect(
            try labels(Labels(metric: "m", ["job": "x"]), honors: true)
                == Labels(metric: "m", ["job": "x", "instance": "h"]))
    }
}
