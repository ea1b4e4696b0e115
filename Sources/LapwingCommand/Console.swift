import LapwingSystem

/// Where results and diagnostics go.
enum Console {
    static func output(_ text: String) { output(Array(text.utf8)) }

    /// Writes what was asked for; where it cannot be, nothing that follows is of use, and the program ends.
    static func output(_ bytes: [UInt8]) {
        do throws(SystemError) {
            try ByteStream.output.write(bytes)
        } catch {
            self.error("lapwing: the output cannot be written: \(error)\n")
            exit(ExitStatus.failure.rawValue)
        }
    }

    /// Writes what may be lost, where the work is another.
    static func remark(_ text: String) { try? ByteStream.output.write(Array(text.utf8)) }

    /// What cannot be written is lost: a full disk under the log must not end what the log is about.
    static func error(_ text: String) { try? ByteStream.error.write(Array(text.utf8)) }

    static var isTerminal: Bool { ByteStream.output.isTerminal }

    /// The columns of the terminal that results go to.
    static var width: Int { width(of: .output) }

    /// The columns of a terminal; 80 where there is none that tells.
    static func width(of stream: ByteStream) -> Int {
        if let columns = stream.columns { return columns }
        return ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }.map { max(20, $0) } ?? 80
    }

    /// Whether standard output is a terminal that may be coloured.
    static var isColored: Bool {
        isTerminal && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
    }
}
