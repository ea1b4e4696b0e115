import Foundation
import LapwingSeries
import LapwingText

@testable import LapwingPromQL

extension NaiveEvaluator {
    func call(_ node: Call, at time: Int64) throws -> Value {
        let name = node.function.name
        if let matrix = node.arguments.first(where: { $0.type == .matrix }) { return .vector(try rangeCall(node, matrix, at: time)) }
        switch name {
        case "time": return .scalar(Double(time) / 1000)
        case "pi": return .scalar(.pi)
        case "start": return .scalar(Double(start) / 1000)
        case "end": return .scalar(Double(end) / 1000)
        case "vector": return .vector([Element(labels: .empty, value: try scalar(node.arguments[0], at: time))])
        case "scalar":
            let elements = try vector(node.arguments[0], at: time)
            return .scalar(elements.count == 1 ? elements[0].value : .nan)
        case "max_of", "min_of":
            let (a, b) = (try scalar(node.arguments[0], at: time), try scalar(node.arguments[1], at: time))
            return .scalar(name == "max_of" ? max(a, b) : min(a, b))
        case "absent":
            guard try vector(node.arguments[0], at: time).isEmpty else { return .vector([]) }
            return .vector([Element(labels: Self.wanted(node.arguments[0]), value: 1)])
        case "timestamp":
            if case .vectorSelector(let selector) = node.arguments[0] { return .vector(try latestTimes(selector, at: time)) }
            return .vector(try vector(node.arguments[0], at: time).map { Element(labels: $0.labels, value: Double(time) / 1000, dropsName: true) })
        case "label_replace", "label_join": return .vector(try relabelled(node, at: time))
        case "sort", "sort_desc", "sort_by_label", "sort_by_label_desc": return .vector(try vector(node.arguments[0], at: time))
        case "histogram_quantile": return .vector(try quantiles(node, at: time))
        default: break
        }
        var parameters: [Double] = []
        for argument in node.arguments.dropFirst() { parameters.append(try scalar(argument, at: time)) }
        let elements = node.arguments.isEmpty ? [Element(labels: .empty, value: Double(time) / 1000)] : try vector(node.arguments[0], at: time)
        return .vector(
            try elements.compactMap { element in
                try Self.number(name, element.value, parameters).map { Element(labels: element.labels, value: $0, dropsName: !node.arguments.isEmpty) }
            })
    }

    private func rangeCall(_ node: Call, _ matrix: QueryExpression, at time: Int64) throws -> Vector {
        let name = node.function.name
        var parameters: [Double] = []
        for argument in node.arguments where argument.type != .matrix { parameters.append(try scalar(argument, at: time)) }
        let (windows, modifier) = try windows(matrix, at: time)
        if name == "absent_over_time" {
            return windows.isEmpty ? [Element(labels: Self.wanted(matrix), value: 1)] : []
        }
        let keepsName = name == "last_over_time" || name == "first_over_time"
        return try windows.compactMap { window in
            let value =
                if let modifier { try extendedFunction(name, window, modifier) } else { try rangeFunction(name, window, parameters, at: time) }
            return value.map { Element(labels: window.labels, value: $0, dropsName: window.dropsName || !keepsName) }
        }
    }

    /// The labels that a selector asks for.
    private static func wanted(_ expression: QueryExpression) -> Labels {
        switch expression {
        case .vectorSelector(let node):
            let names = node.matchers.map(\.name)
            return Labels(
                node.matchers.filter { $0.operation == .equal && $0.name != "__name__" && names.filter([$0.name].contains).count == 1 }
                    .map { Label(name: $0.name, value: $0.value) })
        case .matrixSelector(let node): return wanted(.vectorSelector(node.selector))
        case .parenthesized(let node): return wanted(node.expression)
        default: return .empty
        }
    }

    private static func number(_ name: String, _ x: Double, _ parameters: [Double]) throws -> Double? {
        let seconds = Date(timeIntervalSince1970: x)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? calendar.timeZone
        func part(_ component: Calendar.Component) -> Double { Double(calendar.component(component, from: seconds)) }
        switch name {
        case "abs": return Swift.abs(x)
        case "ceil": return Foundation.ceil(x)
        case "floor": return Foundation.floor(x)
        case "exp": return Foundation.exp(x)
        case "sqrt": return x < 0 ? .nan : Foundation.sqrt(x)
        case "ln": return x < 0 ? .nan : Foundation.log(x)
        case "log2": return x < 0 ? .nan : Foundation.log2(x)
        case "log10": return x < 0 ? .nan : Foundation.log10(x)
        case "sin": return Foundation.sin(x)
        case "cos": return Foundation.cos(x)
        case "tan": return Foundation.tan(x)
        case "asin": return Foundation.asin(x)
        case "acos": return Foundation.acos(x)
        case "atan": return Foundation.atan(x)
        case "sinh": return Foundation.sinh(x)
        case "cosh": return Foundation.cosh(x)
        case "tanh": return Foundation.tanh(x)
        case "asinh": return Foundation.asinh(x)
        case "acosh": return Foundation.acosh(x)
        case "atanh": return Foundation.atanh(x)
        case "deg": return x / .pi * 180
        case "rad": return x / 180 * .pi
        case "sgn": return x > 0 ? 1 : x < 0 ? -1 : x
        case "round":
            let unit = parameters.first ?? 1
            return Foundation.floor(x / unit + 0.5) * unit
        case "clamp": return parameters[0] > parameters[1] ? nil : x.isNaN ? x : max(parameters[0], min(parameters[1], x))
        case "clamp_min": return x.isNaN ? x : max(x, parameters[0])
        case "clamp_max": return x.isNaN ? x : min(x, parameters[0])
        case "year", "month", "hour", "minute", "day_of_month", "day_of_week", "day_of_year", "days_in_month":
            guard x.isFinite, x.magnitude < 1e10 else { throw Unsupported() }
            switch name {
            case "year": return part(.year)
            case "month": return part(.month)
            case "hour": return part(.hour)
            case "minute": return part(.minute)
            case "day_of_month": return part(.day)
            case "day_of_week": return part(.weekday) - 1
            case "day_of_year": return Double(calendar.ordinality(of: .day, in: .year, for: seconds) ?? 0)
            default: return Double(calendar.range(of: .day, in: .month, for: seconds)?.count ?? 0)
            }
        default: throw Unsupported()
        }
    }

    private func text(_ expression: QueryExpression) throws -> String {
        guard case .string(let literal) = expression else { throw Unsupported() }
        return literal.value
    }

    /// `label_replace` with `(.)(.*)` for a pattern, and `label_join`.
    private func relabelled(_ node: Call, at time: Int64) throws -> Vector {
        let elements = try vector(node.arguments[0], at: time)
        let texts = try node.arguments.dropFirst().map(text)
        let changed = try elements.map { element in
            var element = element
            if node.function.name == "label_join" {
                element.labels = element.labels.setting(texts[0], texts.dropFirst(2).map { element.labels[$0] ?? "" }.joined(separator: texts[1]))
            } else {
                guard texts[3] == "(.)(.*)" else { throw Unsupported() }
                let value = element.labels[texts[2]] ?? ""
                guard let first = value.first else { return element }
                let replaced = texts[1].replacing("$1", with: String(first)).replacing("${2}", with: String(value.dropFirst()))
                element.labels = element.labels.setting(texts[0], replaced)
            }
            return element
        }
        guard Set(changed.map(\.labels)).count == changed.count else { throw Ambiguous() }
        return changed
    }

    /// `histogram_quantile` of classic buckets.
    private func quantiles(_ node: Call, at time: Int64) throws -> Vector {
        let quantile = try scalar(node.arguments[0], at: time)
        var histograms: [Labels: [(bound: Double, count: Double)]] = [:]
        for element in try vector(node.arguments[1], at: time) {
            guard let bound = element.labels["le"].flatMap({ GoNumber.parse($0) }) else { continue }
            histograms[element.labels.dropping("le"), default: []].append((bound, element.value))
        }
        return histograms.sorted { $0.key < $1.key }.map { labels, buckets in
            Element(labels: labels, value: Self.quantile(quantile, of: buckets.sorted { $0.bound < $1.bound }), dropsName: true)
        }
    }

    private static func quantile(_ quantile: Double, of buckets: [(bound: Double, count: Double)]) -> Double {
        if quantile < 0 { return -.infinity }
        if quantile > 1 { return .infinity }
        guard buckets.count > 1, buckets[buckets.count - 1].bound == .infinity else { return .nan }
        var grown = buckets
        for index in grown.indices.dropFirst() { grown[index].count = max(grown[index].count, grown[index - 1].count) }
        let total = grown[grown.count - 1].count
        if total == 0 { return .nan }
        let rank = quantile * total
        guard let place = grown.firstIndex(where: { $0.count >= rank }), place < grown.count - 1 else { return grown[grown.count - 2].bound }
        if place == 0, grown[0].bound <= 0 { return grown[0].bound }
        let (below, from) = place == 0 ? (0, 0) : (grown[place - 1].count, grown[place - 1].bound)
        return from + (grown[place].bound - from) * ((rank - below) / (grown[place].count - below))
    }
}
