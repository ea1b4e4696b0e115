/// Where the bytes of a decoded text stand in its source: runs that were copied byte for byte.
struct TextOrigin: Sendable {
    struct Run: Sendable {
        var textOffset: Int
        var sourceOffset: Int
    }

    /// Where the text starts when it is one run, which most are: then `runs` is empty and costs nothing.
    var start: Int
    /// In ascending order; each lasts until the next begins.
    var runs: [Run]

    init(contiguousFrom start: Int) {
        self.start = start
        runs = []
    }

    init(runs: [Run]) {
        start = runs.first?.sourceOffset ?? 0
        self.runs = runs
    }

    func sourceOffset(of textOffset: Int) -> Int {
        guard !runs.isEmpty else { return start + textOffset }
        var low = 0
        var high = runs.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if runs[middle].textOffset <= textOffset { low = middle } else { high = middle }
        }
        let offset = runs[low].sourceOffset + max(0, textOffset - runs[low].textOffset)
        return low + 1 < runs.count ? min(offset, runs[low + 1].sourceOffset) : offset
    }
}

/// Collects the decoded bytes of a scalar that is not one run of its source.
struct TextBuilder {
    private(set) var bytes: [UInt8] = []
    private var runs: [TextOrigin.Run] = []

    /// Copies a run of the source.
    mutating func copy(_ source: [UInt8], from lower: Int, to upper: Int) {
        guard lower < upper else { return }
        startRun(at: lower)
        bytes.append(contentsOf: source[lower..<upper])
    }

    /// Adds a byte that stands for what the source has at `offset`.
    mutating func append(_ byte: UInt8, at offset: Int) {
        startRun(at: offset)
        bytes.append(byte)
    }

    /// Adds a character that an escape at `offset` stands for.
    mutating func append(_ scalar: Unicode.Scalar, at offset: Int) {
        startRun(at: offset)
        bytes.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
    }

    /// Adds what the line breaks at `breaks` between two lines of flowing text become: a space, or one newline fewer.
    mutating func fold(_ breaks: [Int]) {
        guard breaks.count > 1 else {
            if let only = breaks.first { append(UInt8(ascii: " "), at: only) }
            return
        }
        for offset in breaks.dropFirst() { append(UInt8(ascii: "\n"), at: offset) }
    }

    func scalar(_ style: YAMLScalar.Style, emptyAt offset: Int) -> YAMLScalar {
        let origin = runs.isEmpty ? TextOrigin(contiguousFrom: offset) : TextOrigin(runs: runs)
        return YAMLScalar(text: String(decoding: bytes, as: UTF8.self), style: style, origin: origin)
    }

    private mutating func startRun(at offset: Int) {
        if let last = runs.last, offset - last.sourceOffset == bytes.count - last.textOffset { return }
        runs.append(.init(textOffset: bytes.count, sourceOffset: offset))
    }
}
