import LapwingPromQL
import LapwingReplay
import LapwingRules
import LapwingSeries
import LapwingText

/// One setting of alerting rules with the values to try.
struct ReplaySweep {
    enum Setting: String, CaseIterable {
        /// `for`.
        case hold = "for"
        /// The number that the outermost comparison compares with.
        case threshold
    }

    let setting: Setting
    let values: [String]

    /// - Parameter text: as `for=1m,5m` or `threshold=0.1,0.2`.
    init(_ text: String) throws(UsageError) {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, let setting = Setting(rawValue: parts[0]) else {
            throw UsageError("--sweep is for=D,… or threshold=N,…, not \(GoQuote.quote(text))")
        }
        self.setting = setting
        values = parts[1].split(separator: ",").map { $0.trimmingSpaces }
        for value in values {
            let isRight = setting == .hold ? (try? PrometheusDuration.milliseconds(value)) != nil : Double(value) != nil
            if !isRight { throw UsageError("--sweep \(setting.rawValue): \(GoQuote.quote(value)) is no \(setting == .hold ? "duration" : "number")") }
        }
        if values.isEmpty { throw UsageError("--sweep \(setting.rawValue) needs values") }
    }

    /// - Throws: a text that is no setting, or a setting that is given twice.
    static func all(_ texts: [String]) throws(UsageError) -> [ReplaySweep] {
        var sweeps: [ReplaySweep] = []
        for text in texts {
            let sweep = try ReplaySweep(text)
            if sweeps.contains(where: { $0.setting == sweep.setting }) {
                let name = sweep.setting.rawValue
                throw UsageError("--sweep \(name) is given twice; its values are written behind each other: \(name)=A,B")
            }
            sweeps.append(sweep)
        }
        return sweeps
    }

    /// A rule with one of the values; a recording rule, and an alert without a threshold, stay as they are.
    func applied(_ value: String, to rule: Rule) -> Rule {
        switch setting {
        case .hold:
            guard let hold = try? PrometheusDuration.milliseconds(value) else { return rule }
            return rule.replacingHold(.milliseconds(hold))
        case .threshold: return (try? rule.replacingThreshold(value)).flatMap { $0 } ?? rule
        }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
