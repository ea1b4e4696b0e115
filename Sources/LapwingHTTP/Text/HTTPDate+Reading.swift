import LapwingText

extension HTTPDate {
    /// The seconds since the epoch that a text in the preferred form stands for; nil for any other text.
    static func secondsSinceEpoch(_ text: String) -> Int64? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 6, words[0].hasSuffix(","), words[5] == "GMT", let day = number(words[1], 2), let year = number(words[3], 4)
        else { return nil }
        let clock = words[4].split(separator: ":", omittingEmptySubsequences: false).map { number(String($0), 2) }
        guard let month = month(words[2]), clock.count == 3, let hour = clock[0], let minute = clock[1],
            let second = clock[2], hour < 24, minute < 60, second <= 60, day >= 1, day <= CivilDate.days(inMonth: month, of: year)
        else { return nil }
        let days = CivilDate.daysSinceEpoch(year: year, month: month, day: day)
        return Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    }

    /// From 1 to 12.
    private static func month(_ name: String) -> Int? { (1...12).first { self.name(ofMonth: $0).elementsEqual(name.utf8) } }

    private static func number(_ text: String, _ digits: Int) -> Int? {
        guard text.utf8.count == digits, text.utf8.allSatisfy(HTTPCharacters.isDigit) else { return nil }
        return Int(text)
    }
}
