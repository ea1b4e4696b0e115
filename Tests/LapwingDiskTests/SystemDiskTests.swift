import Foundation
import LapwingDisk
import Testing

@Suite struct `The machine's disk` {
    private static func withDirectory(_ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "lapwing-disk-\(UUID().uuidString)").path
        try SystemDisk().createDirectory(path + "/a/b")
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path + "/a/b")
    }

    @Test func `files are made, appended to, cut, mapped, renamed, listed and removed`() throws {
        try Self.withDirectory { directory in
            let disk = SystemDisk()
            let file = try disk.create(directory + "/one")
            try file.append([1, 2, 3, 4])
            try file.truncate(to: 2)
            try file.append([9])
            try file.sync()
            let bytes = try disk.map(directory + "/one")
            #expect(bytes.copy(0..<9) == [1, 2, 9])
            try disk.rename(directory + "/one", to: directory + "/two")
            try disk.syncDirectory(directory)
            #expect(try disk.list(directory) == ["two"])
            try disk.remove(directory + "/two")
            try disk.remove(directory + "/two")
            #expect(bytes.copy(0..<9) == [1, 2, 9], "a mapping outlives the name")
            #expect(try disk.list(directory).isEmpty)
        }
    }

    @Test func `errors name the file and what is wrong with it`() throws {
        #expect { try SystemDisk().map("/nowhere/x") } throws: { "\($0)" == "cannot read /nowhere/x: No such file or directory" }
        #expect { try SystemDisk().create("/nowhere/x") } throws: { ($0 as? DiskError)?.reason == .notFound }
        #expect { try SystemDisk().list("/nowhere") } throws: { "\($0)".hasPrefix("cannot list /nowhere") }
        #expect { try SystemDisk().createDirectory("/dev/null") } throws: {
            "\($0)" == "cannot make the directory /dev/null: it is there, and is no directory; choose another"
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"))) func `a full disk is told apart`() throws {
        let file = try SystemDisk().create("/dev/full")
        #expect { try file.append([1]) } throws: { ($0 as? DiskError)?.reason == .full && "\($0)".contains("make room") }
    }

    @Test func `a second lock names the process that has the first, and is granted after it`() throws {
        try Self.withDirectory { directory in
            var first: (any Sendable)? = try SystemDisk().lock(directory + "/lock")
            #expect { try SystemDisk().lock(directory + "/lock") } throws: {
                "\($0)".contains("process \(ProcessInfo.processInfo.processIdentifier) uses this directory")
            }
            #expect(first != nil)
            first = nil
            _ = try SystemDisk().lock(directory + "/lock")
        }
    }

    @Test func `frames written to real files are read`() throws {
        try Self.withDirectory { directory in
            var writer = try FrameWriter(creating: directory + "/log", .log, number: 1, marker: 99, on: SystemDisk())
            var frame = [UInt8](repeating: 0, count: FrameFormat.frameHeaderBytes) + [1, 2, 3]
            try writer.append(&frame)
            var reader = try FrameReader(try SystemDisk().map(directory + "/log"), name: "log", .log)
            let payloads = [reader.next(), reader.next()].map { $0.map { reader.bytes.copy($0) } }
            #expect(payloads == [[1, 2, 3], nil] && reader.damages.isEmpty)
        }
    }
}
