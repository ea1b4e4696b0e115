import Foundation
import LapwingText
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
