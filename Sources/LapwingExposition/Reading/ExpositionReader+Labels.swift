import LapwingSeries

extension ExpositionReader {
    /// Reads `{…}`, which has been stepped over before without an error.
    @_lifetime(self: copy self)
    mutating func readLabels(into pairs: inout [Label], kind: MetricMetadata.Kind) throws(ExpositionError) {
        offset += 1
        while true {
            skipBlanks()
            guard let byte = current, byte != UInt8(ascii: "}") else { break }
            if byte == UInt8(ascii: ",") {
                offset += 1
                continue
            }
            let (name, isQuoted) = try readLabelName()
            skipBlanks()
            guard current == UInt8(ascii: "=") else {
                guard isQuoted else { throw unexpected("equal") }
                pairs.append(Label(name: LabelName.metric, value: name))
                continue
            }
            offset += 1
            skipBlanks()
            let start = offset + 1
            guard try skipQuoted(allowsLineBreaks: format == .prometheusText) else { throw unexpected("label value") }
            let value = SeriesText.unescaped(bytes, start, offset - 1)
            pairs.append(Label(name: name, value: SeriesText.normalized(value, of: name, kind)))
        }
        offset += 1
    }

    @_lifetime(self: copy self)
    private mutating func readLabelName() throws(ExpositionError) -> (name: String, isQuoted: Bool) {
        let start = offset
        if current == UInt8(ascii: "\"") {
            guard try skipQuoted(allowsLineBreaks: true) else { throw unexpected("label name") }
            return (SeriesText.unescaped(bytes, start + 1, offset - 1), true)
        }
        guard skipName(colons: false) else { throw unexpected("label name") }
        return (SeriesText.decoded(bytes, start, offset), false)
    }
}
