import Foundation

/// Listing folders.
enum Folder {
    /// Names in ascending order; nil when there is no such folder.
    static func names(_ path: String) throws(FileFault) -> [String]? {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            if !FileManager.default.fileExists(atPath: path) { return nil }
            throw FileFault(path: path, what: "\(error.localizedDescription)")
        }
    }

    /// The files whose names are numbers, in the order of those; none when there is no such folder.
    static func numbered(_ path: String) throws(FileFault) -> [(text: String, number: Int)] {
        let names = try names(path) ?? []
        return names.compactMap { name in
            guard name.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(name) else { return nil }
            return (name, number)
        }.sorted { $0.number < $1.number }
    }

    static func isThere(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
