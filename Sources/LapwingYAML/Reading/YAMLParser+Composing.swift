import LapwingText

/// From what is written to what it means: anchors, aliases, merge keys, and the limits on them.
extension YAMLParser {
    /// An anchored node that is complete.
    struct Anchor {
        var node: YAMLNode
        /// Nodes in it, aliases counted as often as used.
        var size: Int
        /// Collections inside each other in it.
        var height: Int
    }

    /// The counts when a node began.
    struct Measure {
        var nodes: Int
        var deepest: Int
    }

    mutating func enter() throws(YAMLFailure) {
        depth += 1
        deepest = max(deepest, depth)
        try checkDepth(depth)
    }

    /// Notes that what was read so far lies one level deeper than it seemed: it was a key.
    mutating func deepen() throws(YAMLFailure) {
        deepest += 1
        try checkDepth(deepest)
    }

    private func checkDepth(_ depth: Int) throws(YAMLFailure) {
        guard depth <= limits.depth else {
            throw YAMLFailure(
                "collections nest deeper than \(limits.depth) levels", at: SourceRange(at: min(offset, end)),
                check: "depth-limit")
        }
    }

    mutating func startMeasure() -> Measure {
        defer { deepest = depth }
        return Measure(nodes: nodeCount, deepest: deepest)
    }

    func empty(at offset: Int) -> YAMLNode {
        YAMLNode(range: SourceRange(at: offset), content: .scalar(YAMLScalar(emptyAt: offset)))
    }

    /// Completes a node with its properties, counts it, and makes its anchor known.
    mutating func finish(
        _ bare: YAMLNode, _ properties: NodeProperties, _ measure: Measure
    ) throws(YAMLFailure) -> YAMLNode {
        try count(1)
        let height = deepest - depth
        deepest = max(deepest, measure.deepest)
        guard !properties.isEmpty else { return bare }
        guard bare.alias == nil else {
            throw YAMLFailure(
                "an alias cannot have a tag or anchor of its own", at: bare.range,
                help: "put the tag or anchor where the node is written")
        }
        var node = bare
        if let tag = properties.tag { node.tag = tag }
        if let tag = properties.tag, case .scalar(var scalar) = node.content {
            scalar.typing = Self.typing(tag)
            node.content = .scalar(scalar)
        }
        if let name = properties.anchor {
            node.anchor = name
            anchorCount += 1
            if let index = openAnchors.lastIndex(of: name) { openAnchors.remove(at: index) }
            anchors[name] = Anchor(node: node, size: nodeCount - measure.nodes, height: height)
        }
        return node
    }

    private mutating func count(_ nodes: Int) throws(YAMLFailure) {
        nodeCount += nodes
        guard nodeCount <= limits.nodes else {
            throw YAMLFailure(
                "more than \(limits.nodes) nodes, with every alias counted as often as it is used",
                at: SourceRange(at: min(offset, end)), check: "node-limit")
        }
    }

    private static func typing(_ tag: String) -> YAMLScalar.Typing {
        switch tag {
        case "!", "tag:yaml.org,2002:str": .string
        case "tag:yaml.org,2002:null": .null
        case "tag:yaml.org,2002:bool": .bool
        case "tag:yaml.org,2002:int": .integer
        case "tag:yaml.org,2002:float": .float
        default: .foreign
        }
    }

    /// Reads `*name` and stands the node that it names in its place.
    mutating func alias() throws(YAMLFailure) -> YAMLNode {
        let start = offset
        let name = try anchorName()
        let range = SourceRange(start, offset)
        guard !openAnchors.contains(name) else {
            throw YAMLFailure("alias *\(name) stands inside the node that it names", at: range)
        }
        guard let anchor = anchors[name] else {
            throw YAMLFailure(
                "alias *\(name) names no anchor before it", at: range,
                help: "anchors are written \"&\(name)\", in the same document; quote text that starts with \"*\"")
        }
        try count(anchor.size)
        deepest = max(deepest, depth + anchor.height)
        try checkDepth(deepest)
        var node = YAMLNode(range: range, content: anchor.node.content, isFlow: anchor.node.isFlow)
        if let tag = anchor.node.tag { node.tag = tag }
        node.alias = name
        return node
    }
}
