import Testing

@testable import LapwingText

@Suite struct `The width of a text in a terminal` {
    @Test(arguments: [
        ("", 0), ("load", 4), ("é", 1), ("e\u{301}", 1), ("Ω…█·", 4), ("東京", 4), ("ﾃｽﾄ", 3), ("テスト", 6), ("한글", 4), ("\u{1112}\u{1161}\u{11AB}", 2),
        ("Ａ，", 4), ("🔥", 2), ("👩‍👩‍👧", 2), ("👍🏽", 2), ("🇸🇪", 2), ("❤", 1), ("❤\u{FE0F}", 2), ("1\u{FE0F}\u{20E3}", 2), ("\u{200B}\u{301}", 0), ("䷀𠀀", 4),
    ])
    func `is two columns for what East Asia writes and for emoji, and none for marks alone`(text: String, columns: Int) {
        #expect(text.displayWidth == columns, "\(text)")
    }

    @Test func `of a scalar is found in ascending ranges, which have what Swift takes for ideographs and emoji`() {
        #expect(zip(DisplayWidth.wide, DisplayWidth.wide.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound })
        for range in DisplayWidth.wide {
            for value in [range.lowerBound, range.upperBound] { #expect(Unicode.Scalar(value).map(DisplayWidth.isWide) == true) }
        }
        let missing = (0...0x10FFFF as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init).filter { scalar in
            // Regional indicators are letters, of which two are a flag.
            let isWide = scalar.properties.isIdeographic || scalar.properties.isEmojiPresentation && !(0x1F1E6...0x1F1FF).contains(scalar.value)
            return isWide && !DisplayWidth.isWide(scalar)
        }
        #expect(missing.isEmpty, "\(missing.prefix(10).map { String($0.value, radix: 16) })")
        #expect(!(0...0x10FF as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init).contains(where: DisplayWidth.isWide))
    }

    @Test func `tells how far to pad and where to cut`() {
        #expect("東京".padded(to: 6) == "東京  " && "東京".padded(to: 3) == "東京")
        #expect(["東京都", "load", "e\u{301}tat"].map { $0.shortened(to: 4) } == ["東…", "load", "e\u{301}tat"])
        #expect("loads".shortened(to: 4) == "loa…")
    }

    @Test func `moves the carets below a line`() {
        let source = SourceText(name: "r.yml", "expr: up{city=\"東京\"} + rat(x)\n")
        let shown = Diagnostic("unknown function", at: SourceRange(26, 29)).rendered(in: source).split(separator: "\n")
        #expect(source[SourceRange(26, 29)] == "rat")
        #expect(shown[2] == "   | " + String(repeating: " ", count: 24) + "^~~", "\(shown)")
        let wide = Diagnostic("a city", at: SourceRange(14, 22)).rendered(in: source).split(separator: "\n")
        #expect(wide[2] == "   | " + String(repeating: " ", count: 14) + "^~~~~~", "\(wide)")
    }
}
