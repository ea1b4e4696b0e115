import Foundation

/// The repository as the tidy tests read it.
enum Tree {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    struct File {
        /// Relative to the root.
        var path: String
        var text: String

        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// Every Swift file below a folder, in the order of its path.
    static func swiftFiles(below folder: String) throws -> [File] {
        let base = root.appending(path: folder)
        let paths = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
        return try paths.filter { $0.hasSuffix(".swift") }.sorted()
            .map { File(path: "\(folder)/\($0)", text: try text("\(folder)/\($0)")) }
    }

    /// The system's own, as `Package.swift` names them.
    static let systemModules: Set = ["CZlib", "CEpoll", "COpenSSL", "CGlibc"]

    /// The modules that a file imports, in the order of its lines.
    static func imports(of file: File) -> [String] {
        file.lines.compactMap { line in
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(of: "import"), place <= 2, place + 1 < words.count,
                words[..<place].allSatisfy({ $0.hasPrefix("@") || ["public", "internal", "package", "private"].contains($0) })
            else { return nil }
            return String(words[words.count - 1].prefix { $0 != "." })
        }
    }

    /// The rooms of `Package.swift` with what each may import.
    static func manifestRooms() throws -> [String: Set<String>] {
        let manifest = try text("Package.swift")
        guard let start = manifest.range(of: "let rooms"), let end = manifest.range(of: "\n]\n", range: start.upperBound..<manifest.endIndex)
        else { return [:] }
        var rooms: [String: Set<String>] = [:]
        for match in manifest[start.upperBound..<end.lowerBound].matches(of: /\(\s*"(\w+)",\s*\[([^\]]*)\]/) {
            rooms[String(match.1)] = Set(match.2.matches(of: /"(\w+)"/).map { String($0.1) })
        }
        return rooms
    }

    /// The import table of `Sources/README.md`: rows of `| Target | what | may import |`.
    static func mapRooms() throws -> [String: Set<String>] {
        var rooms: [String: Set<String>] = [:]
        for line in try text("Sources/README.md").split(separator: "\n") where line.hasPrefix("| `Lapwing") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 3 else { continue }
            let name = cells[0].trimmingCharacters(in: ["`"])
            rooms[name] = Set(cells[2].matches(of: /`(\w+)`/).map { String($0.1) })
        }
        return rooms
    }
}
