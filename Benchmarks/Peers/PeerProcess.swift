import Foundation
import LapwingText

/// A server that runs for a comparison, with a folder of its own that goes when it does.
final class PeerProcess {
    let peer: Peer
    let port: UInt16
    let folder: URL
    private let setup: Peer.Setup
    private var process = Process()

    /// Starts the server, and returns when it answers.
    init(_ peer: Peer, _ setup: Peer.Setup = Peer.Setup()) throws {
        self.peer = peer
        self.setup = setup
        port = PeerConnection.freePort()
        folder = FileManager.default.temporaryDirectory.appending(path: "lapwing-\(peer.rawValue)-\(port)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try start()
    }

    private func start() throws {
        let command = try peer.command(port: port, folder: folder, setup)
        process = Process()
        process.executableURL = URL(filePath: command.program)
        process.arguments = command.arguments
        process.currentDirectoryURL = folder
        let log = folder.appending(path: "log")
        try Data().write(to: log)
        let handle = try FileHandle(forWritingTo: log)
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        for _ in 0..<3000 {
            if (try? get(peer.readyPath).status) == 200 { return }
            if !process.isRunning { break }
            Thread.sleep(forTimeInterval: 0.02)
        }
        let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        stop()
        throw PeerConnection.Failure(description: "\(peer.title) did not start: \(text.suffix(600))")
    }

    /// Kills the server and starts it again.
    ///
    /// - Returns: how long it takes until it says that it is ready.
    func restart() throws -> Duration {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        let start = ContinuousClock.now
        try self.start()
        return start.duration(to: .now)
    }

    deinit { stop() }

    func stop() {
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(at: folder)
    }

    func get(_ path: String) throws -> PeerConnection.Reply {
        try PeerConnection(port: port).exchange("GET", path)
    }

    /// What the server has spent on processors, all threads, in milliseconds; fine where `/proc/PID/stat` has ticks of 10 ms.
    var processorMilliseconds: Double { Self.processorMilliseconds(of: process.processIdentifier) }

    static func processorMilliseconds(of process: pid_t) -> Double {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return .nan }
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
    }

    /// The most memory that it ever held, in MiB.
    var peakMebibytes: Double { mebibytes("VmHWM:") }

    /// Lets `peakMebibytes` count from now on.
    func forgetPeak() { try? Data("5".utf8).write(to: URL(filePath: "/proc/\(process.processIdentifier)/clear_refs")) }

    /// Memory that is no file's, in MiB.
    var anonymousMebibytes: Double { mebibytes("RssAnon:") }

    private func mebibytes(_ field: String) -> Double {
        let status = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix(field) } ?? ""
        return line.split(separator: " ").dropFirst().first.flatMap { Double($0) }.map { $0 / 1024 } ?? .nan
    }

    /// Bytes of the files in its folder, by how their paths in it begin.
    func bytesOnDisk(_ isWanted: (String) -> Bool) -> Int {
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.fileSizeKey])
        var bytes = 0
        while let file = files?.nextObject() as? URL {
            guard isWanted(String(file.path.dropFirst(folder.path.count + 1))) else { continue }
            bytes += (try? file.resourceValues(forKeys: [.fileSizeKey, .isRegularFileKey]).fileSize) ?? 0
        }
        return bytes
    }

    /// Waits until what it has on the disk has been the same for ten seconds: what was sent in a burst is brought into its final form a
    /// little later.
    func waitUntilSettled(_ isWanted: (String) -> Bool, atMost seconds: Int = 120) {
        var (size, sameFor) = (bytesOnDisk(isWanted), 0)
        for _ in 0..<seconds where sameFor < 10 {
            Thread.sleep(forTimeInterval: 1)
            let now = bytesOnDisk(isWanted)
            sameFor = now == size ? sameFor + 1 : 0
            size = now
        }
    }

    /// Waits until the server has spent next to nothing for two seconds: what it makes of new data would be timed otherwise.
    func waitUntilQuiet(atMost seconds: Int = 120) {
        for _ in 0..<seconds / 2 {
            let before = processorMilliseconds
            Thread.sleep(forTimeInterval: 2)
            if processorMilliseconds - before < 60 { return }
        }
    }
}
