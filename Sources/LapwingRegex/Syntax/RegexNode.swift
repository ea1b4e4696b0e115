/// A regular expression as a tree.
indirect enum RegexNode: Sendable, Hashable {
    enum Assertion: Sendable, Hashable {
        case beginText, endText, beginLine, endLine, wordBoundary, notWordBoundary
    }

    case empty
    case set(ScalarSet)
    case assertion(Assertion)
    case concatenation([RegexNode])
    case alternation([RegexNode])
    /// `maximum` nil for no limit.
    case repetition(RegexNode, minimum: Int, maximum: Int?, isGreedy: Bool)
    /// `index` from 1.
    case group(RegexNode, index: Int)
}
