/// Decodes UTF-8 scalar by scalar; a byte that is no part of one counts as U+FFFD by itself, as in Go.
@inline(__always)
func decodeScalar(_ text: Span<UInt8>, at offset: Int) -> (scalar: UInt32, length: Int) {
    let first = UInt32(text[offset])
    if first < 0x80 { return (first, 1) }
    func continuation(_ distance: Int) -> UInt32? {
        guard offset + distance < text.count else { return nil }
        let byte = UInt32(text[offset + distance])
        return byte & 0xC0 == 0x80 ? byte & 0x3F : nil
    }
    if first >= 0xC2, first < 0xE0, let second = continuation(1) { return ((first & 0x1F) << 6 | second, 2) }
    if first >= 0xE0, first < 0xF0, let second = continuation(1), let third = continuation(2) {
        let scalar = (first & 0x0F) << 12 | second << 6 | third
        if scalar >= 0x800, !(0xD800...0xDFFF).contains(scalar) { return (scalar, 3) }
    }
    if first >= 0xF0, first < 0xF5, let second = continuation(1), let third = continuation(2),
        let fourth = continuation(3)
    {
        let scalar = (first & 0x07) << 18 | second << 12 | third << 6 | fourth
        if scalar >= 0x10000, scalar <= 0x10FFFF { return (scalar, 4) }
    }
    return (0xFFFD, 1)
}

extension RegexNode.Assertion {
    /// Whether it holds between the byte before `offset` and the byte at it.
    func holds(_ text: Span<UInt8>, at offset: Int) -> Bool {
        func isWord(_ index: Int) -> Bool {
            index >= 0 && index < text.count && ScalarSet.word.contains(UInt32(text[index]))
        }
        switch self {
        case .beginText: return offset == 0
        case .endText: return offset == text.count
        case .beginLine: return offset == 0 || text[offset - 1] == 0x0A
        case .endLine: return offset == text.count || text[offset] == 0x0A
        case .wordBoundary: return isWord(offset - 1) != isWord(offset)
        case .notWordBoundary: return isWord(offset - 1) == isWord(offset)
        }
    }
}
