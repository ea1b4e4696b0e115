import Foundation
import LapwingPromQL
import LapwingText
import SeededRandom

/// Queries made at random that are right, the same for the same seed.
struct ExpressionGenerator {
    let seed: UInt64
    private var random: SeededGenerator

    init(seed: UInt64) {
        self.seed = seed
        random = SeededGenerator(seed)
    }

    mutating func below(_ bound: Int) -> Int { random.below(bound) }

    mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }

    mutating func query() -> String { below(5) == 0 ? scalar(3) : vector(4) }

    private mutating func vector(_ depth: Int) -> String {
        if depth == 0 { return selector() }
        let next = depth - 1
        switch below(12) {
        case 0: return selector()
        case 1: return "(\(vector(next)))"
        case 2: return "\(pick(["-", "+"]))\(vector(next))"
        case 3: return "\(pick(["rate", "sum_over_time", "last_over_time"]))(\(range(next)))"
        case 4: return "\(pick(["abs", "ceil", "sort"]))(\(vector(next)))"
        case 5: return "\(pick(["sum", "MAX", "count"])) \(pick(["", "by (a)", "without (b, \"c.d\")", "by ()"])) (\(vector(next)))"
        case 6: return "topk(\(scalar(1)), \(vector(next))) by (job)"
        case 7: return "clamp(\(vector(next)), \(scalar(1)), \(scalar(1)))"
        case 8: return "\(vector(next)) \(pick(["and", "or", "unless on (a)", "AND ignoring (b)"])) \(vector(next))"
        case 9: return "\(vector(next)) \(pick(["+", "-", "*", "/", "%", "^", "atan2", "==", "!=bool", "</", ">/"])) \(scalar(next))"
        default:
            let modifier = pick(["", "on (a)", "ignoring (a, b)", "on (a) group_left (c)", "on () group_right ()", "fill (0)", "fill_left(1)"])
            // Parentheses, lest a modifier comes to stand between scalars.
            return "(\(vector(next))) \(pick(["+", "-", "*", ">", "<= bool", "^"])) \(modifier) (\(vector(next)))"
        }
    }

    private mutating func scalar(_ depth: Int) -> String {
        let literals = ["1", "0x1f", "1e3", "5m", "Inf", "NaN", "-3", ".5", "1_000", "time()", "pi()", "0.1"]
        if depth <= 0 { return pick(literals) }
        switch below(5) {
        case 0: return "(\(scalar(depth - 1)))"
        case 1: return "-\(scalar(depth - 1))"
        case 2: return "scalar(\(vector(depth - 1)))"
        case 3: return "\(scalar(depth - 1)) \(pick(["+", "*", "^", "% ", "> bool", "- "])) \(scalar(depth - 1))"
        default: return pick(literals)
        }
    }

    private mutating func selector() -> String {
        let name = pick(["up", "a:b", "sum", "start", "x", "fill"])
        let matchers = pick(["", "{}", #"{a="b"}"#, #"{a!="b",c=~"d.*"}"#, #"{"e.f"!~'g',}"#, "{a=`\\`}"])
        return pick(["\(name)\(matchers)", #"{"my.metric", a="☺"}"#, #"{__name__=~"a|b"}"#]) + time()
    }

    private mutating func range(_ depth: Int) -> String {
        if below(3) > 0 { return "x{a=\"b\"}[\(duration(2))]\(pick(["", " anchored", " smoothed"]))" + time() }
        let inner = below(2) == 0 ? pick(["x", "up{a=`b`}"]) : "(\(vector(depth)))"
        return "\(inner)[\(duration(1)):\(pick(["", "1m", "step()"]))]" + time()
    }

    private mutating func time() -> String {
        pick(["", "", " offset 5m", " offset -90s", " @ 1.5", " @ end()", " offset step()"])
    }

    private mutating func duration(_ depth: Int) -> String {
        if depth == 0 { return pick(["5m", "1h30m", "90", "0.25", "1d", "250ms"]) }
        switch below(6) {
        case 0: return "(\(duration(depth - 1)))"
        case 1: return "\(duration(depth - 1)) \(pick(["+", "*", "^", "/", "%", "- "])) \(duration(depth - 1))"
        case 2: return "max_of(\(duration(depth - 1)), step())"
        case 3: return "range() - -(\(duration(depth - 1)))"
        default: return duration(0)
        }
    }
}

/// The queries of `../shared/promqltest`: what stands behind `eval …`.
let promqltestQueries: [String] = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardizedFileURL
    for folder in [root.appending(path: "../shared/promqltest").standardizedFileURL, URL(filePath: "/work/shared/promqltest")] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else { continue }
        return names.filter { $0.hasSuffix(".test") }.sorted().flatMap { name -> [String] in
            guard let text = try? String(contentsOf: folder.appending(path: name), encoding: .utf8) else { return [] }
            return text.split(separator: "\n").compactMap { line in
                line.firstMatch(of: /^eval\S* (?:instant at \S+|range from \S+ to \S+ step \S+) (.+)$/).map { String($0.1) }
            }
        }
    }
    return []
}()
