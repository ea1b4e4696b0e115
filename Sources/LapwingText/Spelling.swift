/// The nearest known word to one that is not known, for "did you mean".
public enum Spelling {
    /// The candidate with the fewest edits, when they are few enough for a slip: a third of the word, at least one. Of several, one that
    /// goes on where the word ends, and else the first.
    ///
    /// - Complexity: O(candidates × length²).
    public static func nearest(to word: String, in candidates: some Sequence<String>) -> String? {
        let letters = Array(word.lowercased().unicodeScalars)
        var best: (distance: Int, goesOn: Bool, candidate: String)?
        for candidate in candidates {
            let others = Array(candidate.lowercased().unicodeScalars)
            let (distance, goesOn) = (edits(letters, others), others.starts(with: letters))
            let (least, isBeaten) = best.map { ($0.distance, goesOn && !$0.goesOn) } ?? (max(1, letters.count / 3), true)
            if distance < least || distance == least && isBeaten { best = (distance, goesOn, candidate) }
        }
        return best?.candidate
    }

    /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
    static func edits(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [i]
            row.reserveCapacity(b.count + 1)
            for j in 1...b.count {
                var cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { cost = min(cost, beforeLast[j - 2] + 1) }
                row.append(cost)
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
