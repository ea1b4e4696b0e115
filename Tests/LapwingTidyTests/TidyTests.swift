import Foundation
import Testing

/// The habits of the house that a program can check; the rest is for readers.
@Suite struct `The tree is tidy` {
    @Test func `a room imports only what the manifest lets it import`() throws {
        let rooms = try Tree.manifestRooms()
        #expect(rooms.count == 27)
        for (room, allowed) in rooms.sorted(by: { $0.key < $1.key }) {
            for file in try Tree.swiftFiles(below: "Sources/\(room)") {
                for module in Tree.imports(of: file) where rooms[module] != nil || Tree.systemModules.contains(module) {
                    #expect(allowed.contains(module), "\(file.path) imports \(module)")
                }
            }
        }
    }

    @Test func `what a room may import, it or its tests do import`() throws {
        for (room, allowed) in try Tree.manifestRooms().sorted(by: { $0.key < $1.key }) {
            let files = try Tree.swiftFiles(below: "Sources/\(room)") + Tree.swiftFiles(below: "Tests/\(room)Tests")
            let imported = Set(files.flatMap(Tree.imports))
            for module in allowed.subtracting(imported).sorted() { Issue.record("\(room) does not import \(module)") }
        }
    }

    @Test func `rooms that every program carries, and those that know nothing of the outside, have no Foundation, and the others a part`() throws {
        let leaves = [
            "Text", "Regex", "YAML", "Template", "Snappy", "Zstandard", "Bcrypt", "Disk", "Page", "Series", "Storage", "Exposition", "Alerting", "Rules",
            "Remote", "Notify", "Configuration", "Replay", "Lint", "RuleTesting",
        ]
        for room in leaves {
            for file in try Tree.swiftFiles(below: "Sources/Lapwing\(room)") {
                #expect(!Tree.imports(of: file).contains("LapwingSystem"), "\(file.path) imports LapwingSystem")
            }
        }
        // One import of all of it makes the program three times as large.
        for file in try Tree.swiftFiles(below: "Sources") where !file.path.hasPrefix("Sources/LapwingSystem/") {
            let whole = Tree.imports(of: file).filter { $0.hasPrefix("Foundation") }
            #expect(whole.isEmpty, "\(file.path) imports \(whole)")
        }
    }

    @Test func `arrows between rooms point down only`() throws {
        let rooms = try Tree.manifestRooms()
        func reaches(_ from: String, _ to: String) -> Bool {
            (rooms[from] ?? []).contains { $0 == to || reaches($0, to) }
        }
        for room in rooms.keys { #expect(!reaches(room, room), "\(room) imports itself in a circle") }
    }

    @Test func `the map's import table is the manifest's`() throws {
        let map = try Tree.mapRooms()
        let manifest = try Tree.manifestRooms()
        for room in Set(map.keys).union(manifest.keys).sorted() {
            #expect(map[room] == manifest[room], "Sources/README.md and Package.swift differ about \(room)")
        }
    }

    @Test func `the package depends on no other`() throws {
        let manifest = try Tree.text("Package.swift")
        #expect(!manifest.contains(".package("))
    }

    @Test func `at the top level stands only what the user laid down`() throws {
        let expected: Set = ["Package.swift", "Sources", "Tests", "rules", "Benchmarks", "README.md"]
        let found = try FileManager.default.contentsOfDirectory(atPath: Tree.root.path)
            .filter { !$0.hasPrefix(".") && $0 != "Package.resolved" && $0 != "data" }
        #expect(Set(found) == expected)
    }

    @Test func `every module has a page, which says its limits and where its cost goes`() throws {
        for room in try Tree.manifestRooms().keys.sorted() {
            let page = try Tree.text("Sources/\(room)/README.md")
            let headings = page.split(separator: "\n").filter { $0.hasPrefix("#") }.map { $0.drop { $0 == "#" || $0 == " " } }
            for heading in ["Limits", "Cost"] {
                #expect(headings.contains(heading[...]), "Sources/\(room)/README.md has no part \"\(heading)\"")
            }
        }
    }

    @Test func `no file is too long to hold in one's head`() throws {
        for folder in ["Sources", "Tests", "Benchmarks"] {
            for file in try Tree.swiftFiles(below: folder) {
                #expect(file.lines.count <= 400, "\(file.path) has \(file.lines.count) lines")
            }
        }
    }

    @Test func `no source leaves a trap or a promise behind`() throws {
        let banned = ["try!", " as! ", "fatalError(", "TO" + "DO", "FIX" + "ME", "unsafeBitCast", "nonisolated(unsafe)"]
        for file in try Tree.swiftFiles(below: "Sources") {
            for (number, line) in file.lines.enumerated() {
                for word in banned where line.contains(word) {
                    Issue.record("\(file.path):\(number + 1) has \(word)")
                }
            }
        }
    }

    @Test func `unchecked concurrency and unsafe memory stand only in files whose header says why`() throws {
        let sharp = ["@unchecked", "UnsafeMutable", "UnsafeRaw", "UnsafeBufferPointer<", "withUnsafe"]
        for file in try Tree.swiftFiles(below: "Sources") {
            guard let first = file.lines.first(where: { line in sharp.contains { line.contains($0) } }) else { continue }
            #expect(file.text.hasPrefix("//"), "\(file.path) has \(first.trimmingCharacters(in: .whitespaces)), and no header that says why")
        }
    }

    @Test func `no room is called after what does not fit elsewhere`() throws {
        let banned = ["Utilities", "Utility", "Utils", "Helpers", "Common", "Misc", "Core"]
        for file in try Tree.swiftFiles(below: "Sources") {
            for part in file.path.split(separator: "/") {
                #expect(!banned.contains(String(part.prefix { $0 != "." })), "\(file.path)")
            }
        }
    }

    @Test func `no line is longer than a screen is wide`() throws {
        for folder in ["Sources", "Tests", "Benchmarks"] {
            for file in try Tree.swiftFiles(below: folder) {
                for (number, line) in file.lines.enumerated() where line.count > 160 {
                    Issue.record("\(file.path):\(number + 1) has \(line.count) characters")
                }
            }
        }
    }
}
