import LapwingText

/// Mappings from what is written: no key twice, merge keys followed.
extension YAMLParser {
    /// The mapping of entries as written: no key twice, merge keys followed.
    ///
    /// - Complexity: O(entries, with those merged).
    func mapping(of written: [YAMLMapping.Entry]) throws(YAMLFailure) -> YAMLMapping {
        let hasMerges = written.contains(where: Self.isMerge)
        guard written.count > 1 || hasMerges else { return YAMLMapping(entries: written) }
        let identities = written.map { KeyIdentity($0.key) }
        if let (first, second) = Self.firstTwice(identities) {
            throw givenTwice(written[first].key, written[second].key)
        }
        guard hasMerges else { return YAMLMapping(entries: written) }
        var mapping = YAMLMapping(entries: written.filter { !Self.isMerge($0) })
        mapping.merges = written.filter(Self.isMerge)
        var known = Set(identities)
        for merge in mapping.merges {
            for base in try bases(of: merge) {
                for var entry in base.entries where known.insert(KeyIdentity(entry.key)).inserted {
                    entry.isMerged = true
                    mapping.entries.append(entry)
                }
            }
        }
        return mapping
    }

    /// The first two that are the same: each with each while they are few, which costs less than a table.
    private static func firstTwice(_ identities: [KeyIdentity]) -> (Int, Int)? {
        if identities.count <= 8 {
            for second in identities.indices.dropFirst() {
                for first in 0..<second where identities[first] == identities[second] { return (first, second) }
            }
            return nil
        }
        var places: [KeyIdentity: Int] = [:]
        places.reserveCapacity(identities.count)
        for (second, identity) in identities.enumerated() {
            if let first = places.updateValue(second, forKey: identity) { return (first, second) }
        }
        return nil
    }

    private func givenTwice(_ first: YAMLNode, _ second: YAMLNode) -> YAMLFailure {
        let text = source[second.range]
        return YAMLFailure(
            "key \(text.isEmpty ? "(empty)" : text) is given twice; first at \(position(first.range.lowerBound))",
            at: second.range, help: "a mapping has each key once; remove or rename one of them",
            check: "duplicate-key")
    }

    /// Whether an entry's key is a plain `<<` (https://yaml.org/type/merge.html).
    private static func isMerge(_ entry: YAMLMapping.Entry) -> Bool {
        guard case .scalar(let scalar) = entry.key.content, scalar.style == .plain, scalar.text == "<<" else {
            return false
        }
        return entry.key.tag == nil || entry.key.tag == "tag:yaml.org,2002:merge"
    }

    private func bases(of merge: YAMLMapping.Entry) throws(YAMLFailure) -> [YAMLMapping] {
        switch merge.value.content {
        case .mapping(let mapping): return [mapping]
        case .sequence(let items):
            var bases: [YAMLMapping] = []
            for item in items {
                guard let mapping = item.mapping else { throw notMergeable(item) }
                bases.append(mapping)
            }
            return bases
        case .scalar: throw notMergeable(merge.value)
        }
    }

    private func notMergeable(_ node: YAMLNode) -> YAMLFailure {
        YAMLFailure(
            "\"<<\" merges mappings, found \(node.kindName)", at: node.range,
            help: "write an alias to a mapping or a list of such aliases; quote \"<<\" if it is meant as a key")
    }
}
