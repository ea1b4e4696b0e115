import Foundation
import LapwingSeries
import LapwingText

@testable import LapwingPromQL

extension NaiveEvaluator {
    func aggregate(_ node: Aggregation, at time: Int64) throws -> Vector {
        let elements = try vector(node.expression, at: time)
        var parameter = 0.0
        if let expression = node.parameter, expression.type == .scalar { parameter = try scalar(expression, at: time) }
        var order: [Labels] = []
        var groups: [Labels: Vector] = [:]
        for element in elements {
            let key = node.isWithout ? element.labels.withoutMetricName.dropping(node.grouping) : element.labels.keeping(node.grouping)
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(element)
        }
        return try order.flatMap { key in try aggregated(node, key, groups[key] ?? [], parameter) }
    }

    private func aggregated(_ node: Aggregation, _ labels: Labels, _ elements: Vector, _ parameter: Double) throws -> Vector {
        let values = elements.map(\.value)
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        let result: Double
        switch node.operation {
        case .sum: result = values.reduce(0, +)
        case .avg: result = mean
        case .min: result = Self.least(values)
        case .max: result = Self.greatest(values)
        case .count: result = count
        case .group: result = 1
        case .stdvar: result = variance
        case .stddev: result = variance.squareRoot()
        case .quantile: result = Self.quantile(parameter, values)
        case .topk, .bottomk:
            let sorted = elements.enumerated().sorted { a, b in
                let (x, y) = node.operation == .topk ? (b.element.value, a.element.value) : (a.element.value, b.element.value)
                return x == y ? a.offset < b.offset : x < y
            }
            return sorted.prefix(max(0, Int(parameter))).map(\.element)
        case .limitk: return Array(elements.prefix(max(0, Int(parameter))))
        case .limitRatio: return elements.filter { RatioSampler.takes($0.labels, ratio: max(-1, min(1, parameter))) }
        case .countValues:
            guard case .string(let literal)? = node.parameter else { throw Unsupported() }
            let texts = Dictionary(grouping: values) { GoNumber.text($0, .fixed) }
            return texts.map { Element(labels: labels.setting(literal.value, $0.key), value: Double($0.value.count)) }
        }
        return [Element(labels: labels, value: result, dropsName: elements.contains(where: \.dropsName))]
    }

    // MARK: Operators

    func binary(_ node: BinaryOperation, at time: Int64) throws -> Value {
        let (left, right) = (try evaluate(node.left, at: time), try evaluate(node.right, at: time))
        let changesName = !node.operation.isComparison || node.returnsBool
        switch (left, right) {
        case (.scalar(let a), .scalar(let b)): return .scalar(Self.apply(node, a, b, keeping: a) ?? .nan)
        case (.vector(let vector), .scalar(let b)):
            return .vector(
                vector.compactMap { element in
                    Self.apply(node, element.value, b, keeping: element.value)
                        .map { Element(labels: element.labels, value: $0, dropsName: element.dropsName || changesName) }
                })
        case (.scalar(let a), .vector(let vector)):
            return .vector(
                vector.compactMap { element in
                    Self.apply(node, a, element.value, keeping: element.value)
                        .map { Element(labels: element.labels, value: $0, dropsName: element.dropsName || changesName) }
                })
        case (.vector, .vector):
            let (left, right) = (try vector(node.left, at: time), try vector(node.right, at: time))
            return .vector(node.operation.isSet ? try combined(node, left, right) : try joined(node, left, right))
        }
    }

    private static func apply(_ node: BinaryOperation, _ a: Double, _ b: Double, keeping kept: Double) -> Double? {
        func compared(_ holds: Bool) -> Double? { node.returnsBool ? (holds ? 1 : 0) : holds ? kept : nil }
        switch node.operation {
        case .add: return a + b
        case .subtract: return a - b
        case .multiply: return a * b
        case .divide: return a / b
        case .modulo: return fmod(a, b)
        case .power: return pow(a, b)
        case .arctangent: return atan2(a, b)
        case .equal: return compared(a == b)
        case .notEqual: return compared(a != b)
        case .greater: return compared(a > b)
        case .less: return compared(a < b)
        case .greaterOrEqual: return compared(a >= b)
        case .lessOrEqual: return compared(a <= b)
        default: return nil
        }
    }

    private func signature(_ labels: Labels, _ matching: VectorMatching) -> Labels {
        matching.isOn ? labels.keeping(matching.labels) : labels.withoutMetricName.dropping(matching.labels)
    }

    private func combined(_ node: BinaryOperation, _ left: Vector, _ right: Vector) throws -> Vector {
        let matching = node.matching ?? VectorMatching()
        let there = Set((node.operation == .or ? left : right).map { signature($0.labels, matching) })
        switch node.operation {
        case .and: return left.filter { there.contains(signature($0.labels, matching)) }
        case .unless: return left.filter { !there.contains(signature($0.labels, matching)) }
        default:
            let all = left + right.filter { !there.contains(signature($0.labels, matching)) }
            for element in all { try names.check(element, at: node.range.lowerBound) }
            return all
        }
    }

    private func joined(_ node: BinaryOperation, _ left: Vector, _ right: Vector) throws -> Vector {
        let matching = node.matching ?? VectorMatching()
        let hasFill = matching.leftFill != nil || matching.rightFill != nil
        if (left.isEmpty && right.isEmpty) || (!hasFill && (left.isEmpty || right.isEmpty)) { return [] }
        let isSwapped = matching.cardinality == .oneToMany
        let (many, one) = isSwapped ? (right, left) : (left, right)
        var partners: [Labels: Element] = [:]
        for element in one where partners.updateValue(element, forKey: signature(element.labels, matching)) != nil { throw Ambiguous() }
        var matched: [Labels: Set<Labels>] = [:]
        var result: Vector = []
        func add(_ manySide: Element, _ oneSide: Element, _ group: Labels) throws {
            var labels = manySide.labels
            if !node.operation.isComparison { labels = labels.dropping(["__name__", "__type__", "__unit__"]) }
            if matching.cardinality == .oneToOne { labels = matching.isOn ? labels.keeping(matching.labels) : labels.dropping(matching.labels) }
            for name in matching.included { labels = labels.setting(name, oneSide.labels[name] ?? "") }
            if matching.cardinality == .oneToOne, matched[group] != nil { throw Ambiguous() }
            guard matched[group, default: []].insert(labels).inserted else { throw Ambiguous() }
            let (a, b) = isSwapped ? (oneSide.value, manySide.value) : (manySide.value, oneSide.value)
            if let value = Self.apply(node, a, b, keeping: a) { result.append(Element(labels: labels, value: value, dropsName: node.returnsBool)) }
        }
        for element in many {
            let group = signature(element.labels, matching)
            if let partner = partners[group] ?? matching.rightFill.map({ Element(labels: group, value: $0) }) { try add(element, partner, group) }
        }
        if let fill = matching.leftFill {
            for element in one {
                let group = signature(element.labels, matching)
                if matched[group] == nil { try add(Element(labels: group, value: fill), element, group) }
            }
        }
        return result
    }
}
