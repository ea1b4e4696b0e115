import LapwingReplay
import LapwingRules
import LapwingSeries

/// What a replay is asked for, besides its rules.
struct ReplayQuestion {
    let data: RecordedData
    let settings: ReplaySettings

    init(_ flags: ReplayFlags, _ data: RecordedData) throws(QueryFailure) {
        self.data = data
        guard let start = flags.start ?? data.times?.start, let end = flags.end ?? data.times?.end ?? (data.remote == nil ? nil : .now) else {
            throw QueryFailure("lapwing: the data holds no sample; --start and --end replay nevertheless")
        }
        guard start <= end else { throw QueryFailure("lapwing: --start lies after the data's last sample, \(ReplayText.time(end))") }
        if let remark = data.remark(onAsking: TimeRange(start: start, end: end), with: "--start and --end") { Console.error("\(remark)\n") }
        settings = try flags.settings(from: start, through: end)
    }

    func report(of files: [RuleFile], writingTo folder: String? = nil) throws(QueryFailure) -> ReplayReport {
        let report = try report(of: files, settings, writingTo: settings.stopsAtFirstFiring ? nil : folder)
        guard settings.stopsAtFirstFiring else { return report }
        // It has gone to the end of a block: once more, no farther than it was asked to.
        var settings = settings
        settings.end = report.firstFiring ?? report.end
        return try self.report(of: files, settings, writingTo: folder)
    }

    private func report(of files: [RuleFile], _ settings: ReplaySettings, writingTo folder: String?) throws(QueryFailure) -> ReplayReport {
        let replay = Replay(files.flatMap(\.groups), over: data.snapshot, settings)
        var bar = ProgressBar(from: settings.start, to: settings.end)
        let report = replay.run { time in
            bar.advance(to: time)
            return data.remote?.fault == nil
        }
        bar.finish()
        try data.checkServer()
        if let folder { try ReplayedSeries.write(replay.written, through: report.end, to: folder) }
        return report
    }
}
