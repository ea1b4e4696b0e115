import LapwingSystem

/// Listing folders.
enum Folder {
    /// Names in ascending order; nil when there is no such folder.
    static func names(_ path: String) throws(FileFault) -> [String]? {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            if !FileManager.default.fileExists(atPath: path) { return nil }
            throw FileFault(path: path, what: "it cannot be listed")
        }
    }

    /// The files whose names are numbers, in the order of those; none when there is no such folder.
    static func numbered(_ path: String) throws(FileFault) -> [(text: String, number: Int)] {
        let names = try names(path) ?? []
        return names.compactMap { name in number(name).map { (name, $0) } }.sorted { $0.number < $1.number }
    }

    /// What a name stands for that is digits alone.
    static func number(_ name: some StringProtocol) -> Int? {
        name.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(name) : nil
    }

    static func isThere(_ path: String) -> Bool { FileManager.default.isFolder(atPath: path) == true }
}
