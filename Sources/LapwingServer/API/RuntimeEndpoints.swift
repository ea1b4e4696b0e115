import LapwingHTTP
import LapwingSeries
import LapwingSystem
import LapwingText

/// What the process says of itself: `status/flags`, `status/runtimeinfo`, `status/walreplay`.
struct RuntimeEndpoints: Sendable {
    let start: Timestamp
    /// The flags of the program without their dashes, with the values that hold.
    let flags: [String: String]
    /// How long samples are kept, as a person reads it: `15d or 512MiB`.
    let retention: String
    let lastReload: @Sendable () -> (succeeded: Bool, at: Timestamp)

    func shownFlags() -> HTTPResponse {
        APIAnswer.success { json in
            json.object { json in for (name, value) in flags.sorted(by: { $0.key < $1.key }) { json.member(name, value) } }
        }
    }

    /// Go's own figures are those of what does the same here: threads for goroutines, processors for GOMAXPROCS.
    func runtime(now: Timestamp) -> HTTPResponse {
        let reload = lastReload()
        return APIAnswer.success { json in
            json.object { json in
                json.key("startTime")
                json.time(start)
                json.member("CWD", FileManager.default.currentDirectoryPath)
                json.member("hostname", ProcessInfo.processInfo.hostName)
                json.key("serverTime")
                json.time(now)
                json.member("reloadConfigSuccess", reload.succeeded)
                json.key("lastConfigTime")
                json.time(Timestamp(milliseconds: reload.at.milliseconds / 1000 * 1000))
                for (name, number) in [
                    ("corruptionCount", 0), ("goroutineCount", ProcessFigures.threads ?? 0), ("GOMAXPROCS", ProcessInfo.processInfo.activeProcessorCount),
                    ("GOMEMLIMIT", Int.max),
                ] {
                    json.key(name)
                    json.integer(number)
                }
                json.member("GOGC", "")
                json.member("GODEBUG", "")
                json.member("storageRetention", retention)
            }
        }
    }

    /// The log is read before the server answers, so that there is nothing left to replay.
    func replay() -> HTTPResponse {
        APIAnswer.success { json in
            json.object { json in
                for name in ["min", "max", "current"] {
                    json.key(name)
                    json.integer(0)
                }
            }
        }
    }
}
