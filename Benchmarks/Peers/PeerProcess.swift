import Foundation
import LapwingText

/// A server that runs for a comparison, with a folder of its own that goes when it does.
final class PeerProcess {
    let peer: Peer
    let port: UInt16
    private let process = Process()
    private let folder: URL

    /// Starts the server, and returns when it answers.
    init(_ peer: Peer) throws {
        self.peer = peer
        port = PeerConnection.freePort()
        folder = FileManager.default.temporaryDirectory.appending(path: "lapwing-\(peer.rawValue)-\(port)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let command = try peer.command(port: port, folder: folder)
        process.executableURL = URL(filePath: command.program)
        process.arguments = command.arguments
        process.currentDirectoryURL = folder
        let log = folder.appending(path: "log")
        try Data().write(to: log)
        let handle = try FileHandle(forWritingTo: log)
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        for _ in 0..<300 {
            if (try? get(peer.readyPath).status) == 200 { return }
            if !process.isRunning { break }
            Thread.sleep(forTimeInterval: 0.1)
        }
        let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        stop()
        throw PeerConnection.Failure(description: "\(peer.title) did not start: \(text.suffix(600))")
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
    var processorMilliseconds: Double {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(process.processIdentifier, &clock) == 0, clock_gettime(clock, &time) == 0 else { return .nan }
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
    }

    /// The most memory that it ever held, in MiB.
    var peakMebibytes: Double {
        let status = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return line.split(separator: " ").dropFirst().first.flatMap { Double($0) }.map { $0 / 1024 } ?? .nan
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
