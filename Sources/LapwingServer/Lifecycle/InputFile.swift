import LapwingSystem
public import LapwingText

/// Files that a person names.
public enum InputFile {
    /// - Parameter path: `-` for standard input; it and a pipe by its name are read to their end.
    /// - Throws: that it is not there, with the nearest name beside it, or that it cannot be read.
    public static func read(_ path: String) throws(InputFileError) -> SourceText {
        SourceText(name: shownName(of: path), bytes: try bytes(of: path))
    }

    /// The same of a file that may be too long for its lines to be counted.
    public static func bytes(of path: String) throws(InputFileError) -> [UInt8] {
        do throws(SystemError) {
            return path == "-" ? try ByteStream.input.readToEnd() : try ByteStream.contents(of: path)
        } catch {
            throw fault(of: path)
        }
    }

    /// The bytes of a page of samples.
    /// - Throws: also that it is compressed, which no reader of pages takes.
    public static func page(_ path: String) throws(InputFileError) -> [UInt8] {
        let bytes = try bytes(of: path)
        if bytes.starts(with: [0x1F, 0x8B]) {
            throw InputFileError("the page is compressed with gzip", help: "gzip -dc \(path) decompresses it into a pipe, which is read as -")
        }
        return bytes
    }

    /// What a person calls it.
    public static func shownName(of path: String) -> String { path == "-" ? "stdin" : path }

    /// Why a path cannot be read.
    public static func fault(of path: String) -> InputFileError {
        if let isFolder = FileManager.default.isFolder(atPath: path) {
            if !FileManager.default.isReadableFile(atPath: path) { return InputFileError("permission to read it is denied") }
            return InputFileError(isFolder ? "this is a folder; a file is needed" : "the file cannot be read")
        }
        if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) {
            return InputFileError("this is a link to \(target), which is not there")
        }
        return InputFileError("the file is not there", help: nearest(to: path).map { "did you mean \($0)?" })
    }

    /// The path in the same folder whose name is nearest.
    public static func nearest(to path: String) -> String? {
        let cut = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let folder = String(path[..<cut])
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
        return Spelling.nearest(to: String(path[cut...]), in: names.sorted()).map { folder + $0 }
    }
}

/// Why a file cannot be read.
public struct InputFileError: Error, Sendable, CustomStringConvertible {
    public var message: String
    public var help: String?

    init(_ message: String, help: String? = nil) { (self.message, self.help) = (message, help) }

    public var diagnostic: Diagnostic { Diagnostic(message, help: help, check: "file") }

    public var description: String { help.map { "\(message); \($0)" } ?? message }
}
