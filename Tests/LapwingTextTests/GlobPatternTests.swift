import LapwingText
import Testing

/// Source: Go `path/filepath/match_test.go`, those of its cases whose error is `ErrBadPattern`, and some without.
@Suite struct `A pattern of paths` {
    @Test(arguments: ["[]a]", "[-]", "[x-]", "[-x]", "[a-b-c]", "[", "[^", "[^bc", "a[", "*[", "a\\", "[\\"])
    func `cannot be matched where a bracket is empty or open`(_ pattern: String) { #expect(!GlobPattern.isWellFormed(pattern)) }

    @Test(arguments: ["", "abc", "*", "a*b?c*x", "ab[c]", "ab[b-d]", "ab[^e-g]", "[\\]a]", "[\\-x]", "[x\\-]", "a\\*b", "a]", "[a-ζ]*", "[^^]"])
    func `can be matched otherwise`(_ pattern: String) { #expect(GlobPattern.isWellFormed(pattern)) }
}
