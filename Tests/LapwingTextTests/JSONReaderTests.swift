import LapwingText
import Testing

@Suite struct JSONReaderTests {
    @Test func `members are read in any order and what nobody asks for is passed over`() throws {
        var reader = JSONReader(Array(#" {"skip":{"a":[1,{"b":"}\"]"}],"c":null},"n" : -1.5e3, "t":"x","list":["1",2 ,"+Inf"]} "#.utf8))
        var (number, text, list): (Double, String, [Double]) = (0, "", [])
        try reader.object { (reader, name) throws(JSONReader.Fault) in
            switch name {
            case "n": number = try reader.number()
            case "t": text = try reader.text()
            case "list": try reader.array { (reader) throws(JSONReader.Fault) in list.append(try reader.number()) }
            default: try reader.skip()
            }
        }
        try reader.finish()
        #expect(number == -1500)
        #expect(text == "x")
        #expect(list == [1, 2, .infinity])
    }

    @Test func `escapes stand for what they stand for, halves of a pair alone for the replacement`() throws {
        var reader = JSONReader(Array(#"["a\n\"\\\/\u00e4\ud83d\ude00\ud83d","plain ä"]"#.utf8))
        var texts: [String] = []
        try reader.array { (reader) throws(JSONReader.Fault) in texts.append(try reader.text()) }
        #expect(texts == ["a\n\"\\/ä😀\u{FFFD}", "plain ä"])
    }

    @Test func `a value is given as it was written`() throws {
        var reader = JSONReader(Array(#"{"data": {"a" : [1, "\"}"]} ,"b":2}"#.utf8))
        var data = ""
        try reader.object { (reader, name) throws(JSONReader.Fault) in
            if name == "data" { data = String(decoding: try reader.raw(), as: UTF8.self) } else { try reader.skip() }
        }
        #expect(data == #"{"a" : [1, "\"}"]}"#)
    }

    @Test(arguments: ["", "{", "[1", "\"a", "{\"a\"}", "{\"a\":}", "[,]", "[1,]", "\"\\x\"", "\"\\u12\"", "\"a\\", "{\"a\":1 \"b\"}", "\"\\"])
    func `a damaged text is an error with its place and never a trap`(_ text: String) {
        for isAskedFor in [true, false] {
            #expect(throws: JSONReader.Fault.self, "asked for: \(isAskedFor)") {
                var reader = JSONReader(Array(text.utf8))
                if isAskedFor, reader.next == UInt8(ascii: "\"") { _ = try reader.text() } else { try reader.skip() }
                try reader.finish()
            }
        }
    }

    @Test func `a text that is no UTF-8 and nesting without end are refused`() {
        #expect(throws: JSONReader.Fault.self) {
            var reader = JSONReader([0x22, 0xFF, 0x22])
            _ = try reader.text()
        }
        #expect(throws: JSONReader.Fault.self) {
            var reader = JSONReader([UInt8](repeating: UInt8(ascii: "["), count: 100_000))
            try reader.skip()
        }
    }
}
