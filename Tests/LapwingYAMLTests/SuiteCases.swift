import Foundation
import Testing

/// The cases of yaml-test-suite (branch `data`, 2022-01-17), where they are checked out beside the repository.
enum SuiteCases {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var folder: String
        var testDescription: String { name }

        func file(_ file: String) -> String? { try? String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8) }
        func bytes(_ file: String) -> [UInt8] {
            FileManager.default.contents(atPath: "\(folder)/\(file)").map(Array.init) ?? []
        }
        var isRefused: Bool { FileManager.default.fileExists(atPath: "\(folder)/error") }
    }

    static let root: String? = {
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let places = [repository.deletingLastPathComponent().path + "/shared", "/work/shared"]
        return places.map { $0 + "/corpora/yaml" }.first { FileManager.default.fileExists(atPath: $0) }
    }()

    static let all: [Case] = {
        guard let root else { return [] }
        var cases: [Case] = []
        let walk = FileManager.default.enumerator(atPath: root)
        while let path = walk?.nextObject() as? String {
            guard path.hasSuffix("/in.yaml") else { continue }
            let name = String(path.dropLast("/in.yaml".count))
            cases.append(Case(name: name, folder: "\(root)/\(name)"))
        }
        return cases.sorted { $0.name < $1.name }
    }()
}
