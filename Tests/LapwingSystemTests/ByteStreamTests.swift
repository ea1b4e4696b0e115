import Foundation
import Testing

@testable import LapwingSystem

@Suite struct `A stream of bytes` {
    private final class Folder {
        let path = FileManager.default.temporaryDirectory.appending(path: "lapwing-\(UUID().uuidString)").path

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    /// Both ends of a pipe, which do not wait.
    private static func ends() -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        for end in ends { #expect(fcntl(end, F_SETFL, O_NONBLOCK) == 0) }
        return (ends[0], ends[1])
    }

    private static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) } }

    @Test(arguments: [0, 1, 1023, 1024, 1025, 300_000]) func `a file is written and read whole`(_ count: Int) throws {
        let folder = try Folder()
        let path = folder.path + "/f"
        try ByteStream.write(Self.bytes(count + 7), toFile: path)
        try ByteStream.write(Self.bytes(count), toFile: path)
        #expect(try ByteStream.contents(of: path) == Self.bytes(count))
    }

    @Test func `a file whose length the system does not tell is read to its end`() throws {
        let text = String(decoding: try ByteStream.contents(of: "/proc/self/status"), as: UTF8.self)
        #expect(text.hasPrefix("Name:") && text.hasSuffix("\n"))
    }

    @Test func `a pipe that does not wait is waited for, whichever end is slow`() async throws {
        let (reading, writing) = Self.ends()
        let bytes = Self.bytes(1 << 20)
        async let read = Self.readAll(reading)
        async let written: Void = Self.writeAll(bytes, writing)
        try await written
        #expect(try await read == bytes)
    }

    private static func readAll(_ descriptor: Int32) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try ByteStream(descriptor: descriptor).readToEnd() })
                close(descriptor)
            }
        }
    }

    private static func writeAll(_ bytes: [UInt8], _ descriptor: Int32) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            Thread.detachNewThread {
                continuation.resume(with: Result { try ByteStream(descriptor: descriptor).write(bytes) })
                close(descriptor)
            }
        }
    }

    @Test func `what cannot be done is told in the system's words`() throws {
        let folder = try Folder()
        let missing = #expect(throws: SystemError.self) { try ByteStream.contents(of: folder.path + "/none") }
        #expect(missing?.description == "No such file or directory")
        #expect(throws: SystemError(number: EISDIR)) { try ByteStream.contents(of: folder.path) }
        #expect(throws: SystemError(number: EISDIR)) { try ByteStream.write([1], toFile: folder.path) }
        #expect(throws: SystemError(number: ENOSPC)) { try ByteStream.write([1], toFile: "/dev/full") }
    }

    @Test func `a folder is told from a file and from nothing, behind links too`() throws {
        let folder = try Folder()
        try ByteStream.write([], toFile: folder.path + "/file")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: folder.path)
        let kinds = ["", "/link", "/file", "/none"].map { FileManager.default.isFolder(atPath: folder.path + $0) }
        #expect(kinds == [true, true, false, nil])
    }
}
