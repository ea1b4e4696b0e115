import Foundation

/// Where results and diagnostics go.
enum Console {
    static func output(_ text: String) { output(Array(text.utf8)) }

    static func output(_ bytes: [UInt8]) { FileHandle.standardOutput.write(Data(bytes)) }

    static func error(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

    static var isTerminal: Bool { isatty(FileHandle.standardOutput.fileDescriptor) == 1 }

    /// The columns of the terminal that results go to.
    static var width: Int { width(of: .standardOutput) }

    /// The columns of a terminal; 80 where there is none that tells.
    static func width(of handle: FileHandle) -> Int {
        var size = winsize()
        if ioctl(handle.fileDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }.map { max(20, $0) } ?? 80
    }

    /// Whether standard output is a terminal that may be coloured.
    static var isColored: Bool {
        isTerminal && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
    }
}
