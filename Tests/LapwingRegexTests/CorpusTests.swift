import Foundation
import LapwingRegex
import Testing

/// RE2's own cases: patterns × texts with the expected match, whole and searched, leftmost-first.
private enum Corpus {
    static let folder: URL? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return [root.appending(path: "../shared/corpora/re2"), URL(filePath: "/work/shared/corpora/re2")]
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }()

    /// A line as scalars: a mark behind a quote must not become one character with it.
    typealias Line = Substring.UnicodeScalarView

    static func unquoted(_ line: Line) -> String? {
        guard line.first == "\"", line.last == "\"", line.count >= 2 else { return nil }
        var result = String.UnicodeScalarView()
        var rest = line.dropFirst().dropLast()
        while let scalar = rest.popFirst() {
            guard scalar == "\\", let next = rest.popFirst() else {
                result.append(scalar)
                continue
            }
            switch next {
            case "n": result.append("\n")
            case "t": result.append("\t")
            case "r": result.append("\r")
            case "f": result.append("\u{0C}")
            case "v": result.append("\u{0B}")
            case "a": result.append("\u{07}")
            case "b": result.append("\u{08}")
            case "x":
                guard let value = UInt32(String(rest.prefix(2)), radix: 16), let escaped = Unicode.Scalar(value),
                    value < 0x80
                else { return nil }
                rest = rest.dropFirst(2)
                result.append(escaped)
            default: result.append(next)
            }
        }
        return String(result)
    }

    struct Score: CustomStringConvertible {
        var passed = 0
        var skipped = 0
        var failures: [String] = []

        var description: String { "\(passed) passed, \(failures.count) failed, \(skipped) skipped" }
    }

    static func run(_ text: String) -> Score {
        var score = Score()
        var strings: [String?] = []
        var place = 0
        var isReadingStrings = false
        var expression: RegularExpression?
        var pattern = ""
        for line in text.unicodeScalars.split(separator: "\n") where line.first != "#" {
            if line.elementsEqual("strings".unicodeScalars) {
                strings = []
                isReadingStrings = true
            } else if line.elementsEqual("regexps".unicodeScalars) {
                isReadingStrings = false
            } else if line.first == "\"" {
                if isReadingStrings {
                    strings.append(unquoted(line))
                } else {
                    pattern = unquoted(line) ?? ""
                    // \C takes half a character, which Go and we refuse.
                    let isLeftOut = pattern.contains("\\C")
                    expression = isLeftOut ? nil : try? RegularExpression(pattern, options: .go)
                    if expression == nil, !isLeftOut { score.failures.append("\(line) is refused") }
                    place = 0
                }
            } else if line.first == "-" || line.first?.properties.numericType == .decimal {
                let modes = line.split(separator: ";", omittingEmptySubsequences: false)
                defer { place += 1 }
                guard let expression, place < strings.count, let text = strings[place], modes.count == 4,
                    // RE2 sees a place that is no word boundary within a scalar; Go and we look between scalars only.
                    !pattern.contains("\\B") || text.utf8.allSatisfy({ $0 < 0x80 })
                else {
                    score.skipped += 1
                    continue
                }
                check(expression, text, String(modes[0]), isWhole: true, &score)
                check(expression, text, String(modes[1]), isWhole: false, &score)
            }
        }
        return score
    }

    private static func check(
        _ expression: RegularExpression, _ text: String, _ expected: String, isWhole: Bool, _ score: inout Score
    ) {
        let match = isWhole ? expression.wholeMatch(text) : expression.firstMatch(in: text)
        let got =
            match.map { match in
                (0...expression.groupCount).map { group in
                    match.range(ofGroup: group).map { "\($0.lowerBound)-\($0.upperBound)" } ?? "-"
                }.joined(separator: " ")
            } ?? "-"
        if got == expected, !isWhole || expression.matchesWhole(text) == (expected != "-") {
            score.passed += 1
        } else {
            score.failures.append(
                "\(expression.pattern) on \(text) \(isWhole ? "whole" : "searched"): \(got), not \(expected)")
        }
    }
}

@Suite(.enabled(if: Corpus.folder != nil, "../shared/corpora/re2 is not here")) struct `RE2's cases` {
    @Test func `the search cases hold`() throws {
        let folder = try #require(Corpus.folder)
        let score = Corpus.run(try String(contentsOf: folder.appending(path: "re2-search.txt"), encoding: .utf8))
        #expect(score.failures.isEmpty, "\(score): \(score.failures.prefix(20))")
        #expect(score.passed > 2000)
    }

    /// A slice of the exhaustive cases; `LAPWING_LONG_TESTS=1` runs all of them.
    @Test func `the exhaustive cases hold`() throws {
        let folder = try #require(Corpus.folder)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", folder.appending(path: "re2-exhaustive.txt.gz").path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let isLong = ProcessInfo.processInfo.environment["LAPWING_LONG_TESTS"] != nil
        let data =
            isLong
            ? pipe.fileHandleForReading.readDataToEndOfFile() : pipe.fileHandleForReading.readData(ofLength: 1 << 20)
        process.terminate()
        let text = String(decoding: data, as: UTF8.self)
        let whole = isLong ? text[...] : text[..<(text.lastIndex(of: "\n") ?? text.endIndex)]
        let score = Corpus.run(String(whole))
        #expect(score.failures.isEmpty, "\(score): \(score.failures.prefix(20))")
        #expect(score.passed > 10_000)
    }
}
