import LapwingAlerting
import LapwingPromQL
public import LapwingReplay
import LapwingRules
public import LapwingSeries
public import LapwingText

/// What `explain` answers, on the command line as well as over HTTP: times as RFC 3339, durations in seconds, values as text.
extension JSONWriter {
    /// - Parameter limit: how many elements of a part are written; `count` says how many there are.
    public mutating func explanation(_ explanation: Explanation, elementsOfPart limit: Int = .max) {
        object { json in
            json.member("name", explanation.rule.name)
            json.member("file", explanation.group.file)
            json.member("group", explanation.group.name)
            json.member("time", explanation.time.text)
            json.member("state", explanation.state.rawValue)
            json.key("reasons")
            json.array { json in for reason in explanation.reasons { json.string(reason) } }
            json.key("values")
            json.part(explanation.root, limit)
            json.key("gaps")
            json.array { json in for gap in explanation.gaps.prefix(limit) { json.gap(gap) } }
            json.key("nearest_firing")
            if let nearest = explanation.nearestFiring { json.episode(nearest, through: explanation.replayed.end) } else { json.null() }
            json.member("replayed_from", explanation.replayed.start.text)
            json.member("replayed_through", explanation.replayed.end.text)
            json.key("episodes")
            json.array { json in for episode in explanation.episodes { json.episode(episode, through: explanation.replayed.end) } }
        }
    }

    private mutating func gap(_ gap: ThresholdGap) {
        object { json in
            json.member("comparison", gap.comparison)
            json.key("labels")
            json.labels(gap.labels)
            json.member("value", GoNumber.text(gap.value))
            json.member("threshold", GoNumber.text(gap.threshold))
            json.member("distance", GoNumber.text(gap.distance))
        }
    }

    private mutating func part(_ node: ExplainedNode, _ limit: Int) {
        object { json in
            json.member("expr", node.text)
            if let metric = node.recordedAs { json.member("recorded_as", metric) }
            if node.vanishes {
                json.member("vanishes", true)
            }
            switch node.value {
            case .scalar(let value): json.member("scalar", GoNumber.text(value))
            case .string(let value): json.member("string", value)
            case .failed(let message): json.member("error", message)
            case .window(let series):
                json.list("window", series, limit) { json, one in
                    json.labels(one.labels)
                    json.member("samples", one.samples)
                }
            case .elements(let elements):
                json.list("elements", elements, limit) { json, sample in
                    json.labels(sample.labels)
                    json.member("value", sample.histogram?.description ?? GoNumber.text(sample.value))
                }
            }
            json.key("parts")
            json.array { json in for child in node.children { json.part(child, limit) } }
        }
    }

    /// The first of some objects, each beginning with its labels as `metric`, and how many there are.
    private mutating func list<T>(_ name: String, _ all: [T], _ limit: Int, _ write: (inout JSONWriter, T) -> Void) {
        member("count", all.count)
        key(name)
        array { json in
            for one in all.prefix(limit) {
                json.object { json in
                    json.key("metric")
                    write(&json, one)
                }
            }
        }
    }

    /// - Parameter end: up to when an episode without an end has lasted.
    public mutating func episode(_ episode: AlertEpisode, through end: Timestamp) {
        object { json in
            json.key("labels")
            json.labels(episode.labels)
            json.key("annotations")
            json.labels(episode.annotations)
            let (ended, state) = episode.firedAt == nil ? ("dropped", "pending") : ("resolved", "firing")
            json.member("state", episode.endedAt == nil ? state : ended)
            json.moment("pending_at", episode.pendingAt)
            json.moment("firing_at", episode.firedAt)
            json.moment("\(ended)_at", episode.endedAt)
            json.seconds("firing_seconds", episode.firingTime(through: end))
            json.member("peak", GoNumber.text(episode.peak))
        }
    }

    public mutating func seconds(_ name: String, _ duration: Duration) {
        key(name)
        number(Double(duration.milliseconds) / 1000)
    }

    private mutating func moment(_ name: String, _ time: Timestamp?) {
        key(name)
        if let time { string(time.text) } else { null() }
    }
}

extension Timestamp {
    fileprivate var text: String { TimeText.rfc3339(milliseconds: milliseconds) }
}
