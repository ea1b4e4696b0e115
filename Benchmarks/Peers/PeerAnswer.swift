import Foundation
import LapwingText

/// What a server answered to a query, in a form in which two answers can be compared.
struct PeerAnswer {
    /// The text of an error; nil where there is a result.
    var error: String?
    /// `vector`, `matrix`, `scalar` or `string`.
    var kind = ""
    /// By the labels as text; times in seconds. One row without labels for a scalar or a string.
    var rows: [String: [Point]] = [:]

    struct Point {
        var time: Double
        var value: Double
    }

    /// - Parameters:
    ///   - body: an answer of `/api/v1/query` or `/api/v1/query_range`.
    ///   - dropsNames: whether the names of metrics are left out; VictoriaMetrics keeps some that Prometheus drops.
    init(_ body: [UInt8], dropsNames: Bool = false) {
        guard let object = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] else {
            error = "no JSON: \(String(decoding: body.prefix(200), as: UTF8.self))"
            return
        }
        guard object["status"] as? String == "success", let data = object["data"] as? [String: Any] else {
            error = object["error"] as? String ?? "no data"
            return
        }
        kind = data["resultType"] as? String ?? ""
        guard let rows = data["result"] as? [[String: Any]] else {
            self.rows[""] = [Self.point(data["result"])].compactMap { $0 }
            return
        }
        for row in rows {
            let labels = (row["metric"] as? [String: String] ?? [:]).filter { !dropsNames || $0.key != "__name__" }.sorted { $0.key < $1.key }
            let points = row["values"] as? [Any] ?? [row["value"] ?? []]
            self.rows[labels.map { "\($0.key)=\(GoQuote.quote($0.value))" }.joined(separator: ",")] = points.compactMap { Self.point($0) }
        }
    }

    private static func point(_ any: Any?) -> Point? {
        guard let pair = any as? [Any], pair.count == 2, let time = pair[0] as? Double, let text = pair[1] as? String else { return nil }
        return Point(time: time, value: GoNumber.parse(text) ?? .nan)
    }

    /// How two answers differ, nil where they do not.
    ///
    /// - Parameter tolerance: of values, relative.
    func difference(from other: PeerAnswer, names: (String, String), tolerance: Double) -> String? {
        if let error {
            return other.error == nil ? "\(names.0) refuses it: \(error)" : nil
        }
        if let error = other.error { return "\(names.1) refuses it: \(error)" }
        if kind != other.kind { return "\(names.0) answers a \(kind), \(names.1) a \(other.kind)" }
        for labels in Set(rows.keys).union(other.rows.keys).sorted() {
            guard let mine = rows[labels] else { return "only \(names.1) has {\(labels)}" }
            guard let theirs = other.rows[labels] else { return "only \(names.0) has {\(labels)}" }
            if mine.map(\.time) != theirs.map(\.time) { return "{\(labels)} has \(mine.count) points in \(names.0), \(theirs.count) in \(names.1)" }
            for (one, two) in zip(mine, theirs) where !(Self.distance(one.value, two.value) <= tolerance) {
                return "{\(labels)} at \(GoNumber.text(one.time, .fixed, precision: 3)): \(one.value) in \(names.0), \(two.value) in \(names.1)"
            }
        }
        return nil
    }

    /// The largest relative distance of values at the same place; nil where the series are not the same.
    func largestDistance(from other: PeerAnswer) -> Double? {
        guard error == nil, other.error == nil, Set(rows.keys) == Set(other.rows.keys) else { return nil }
        var largest = 0.0
        for (labels, mine) in rows {
            var theirs: [Double: Double] = [:]
            for point in other.rows[labels] ?? [] { theirs[point.time] = point.value }
            for point in mine { if let value = theirs[point.time] { largest = max(largest, Self.distance(point.value, value)) } }
        }
        return largest
    }

    /// Relative to the larger of the two; 0 for two that are no numbers.
    private static func distance(_ one: Double, _ two: Double) -> Double {
        if one == two || (one.isNaN && two.isNaN) { return 0 }
        return abs(one - two) / max(abs(one), abs(two))
    }
}
