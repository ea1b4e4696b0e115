import Foundation
import Testing

@testable import LapwingPage

@Suite struct `The page's document` {
    private let text = String(decoding: PageDocument().bytes, as: UTF8.self)

    /// The files below `Assets`, by their paths.
    private func assets() throws -> [(path: String, text: String)] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/LapwingPage/Assets")
        let paths = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return try paths.filter { $0.contains(".") }.sorted().map { ($0, try String(contentsOf: folder.appending(path: $0), encoding: .utf8)) }
    }

    @Test func `has every file of its assets, once`() throws {
        let assets = try assets()
        #expect(assets.count > 10)
        for asset in assets where asset.path != "page.html" {
            #expect(text.components(separatedBy: asset.text).count == 2, "\(asset.path)")
        }
    }

    @Test func `has its marks replaced, and one style and one script`() {
        for mark in ["/* style */", "/* script */"] { #expect(!text.contains(mark)) }
        for tag in ["<style", "</style", "<script", "</script"] { #expect(text.components(separatedBy: tag).count == 2, "\(tag)") }
    }

    @Test func `names no other host`() {
        let addresses = text.matches(of: /(?:https?:|["'(])\/\/[\w.]+[^\s"')]*/).map { String($0.output) }
        #expect(Set(addresses) == ["http://www.w3.org/2000/svg"], "the name of SVG is no address that is asked")
    }

    @Test func `makes no markup and no program of what it is told`() {
        for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "javascript:", "srcdoc"] {
            #expect(!text.contains(word), "\(word)")
        }
        // An attribute of style would need a policy that lets in every style.
        #expect(!text.contains(" style=\"") && !text.contains("{ style:"))
    }

    @Test func `can be read without turning one's head`() throws {
        for asset in try assets() {
            let lines = asset.text.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count <= 400, "\(asset.path)")
            for (number, line) in lines.enumerated() where line.count > 160 && !asset.path.hasSuffix(".html") {
                Issue.record("\(asset.path):\(number + 1) has \(line.count) characters")
            }
        }
    }

    @Test func `has digests of just what stands in its elements`() throws {
        func between(_ start: String, _ end: String) throws -> [UInt8] {
            let first = try #require(text.range(of: start))
            let last = try #require(text.range(of: end, range: first.upperBound..<text.endIndex))
            return Array(text[first.upperBound..<last.lowerBound].utf8)
        }
        let document = PageDocument()
        #expect(document.styleDigest == SHA256.digest(of: try between("<style>", "</style>")))
        #expect(document.scriptDigest == SHA256.digest(of: try between("<script type=\"module\">", "</script>")))
    }
}

@Suite struct `SHA-256` {
    private func hex(_ text: String) -> String {
        SHA256.digest(of: Array(text.utf8)).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// FIPS 180-4's examples, and lengths around a block as coreutils' sha256sum has them.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
        (String(repeating: "a", count: 55), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
        (String(repeating: "a", count: 64), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
        (String(repeating: "a", count: 1000), "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"),
    ])
    func `is as published`(text: String, digest: String) {
        #expect(hex(text) == digest)
    }
}
