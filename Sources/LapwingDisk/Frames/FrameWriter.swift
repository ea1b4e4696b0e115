/// Writes the frames of one file, each whole or not at all.
public struct FrameWriter: Sendable {
    private let file: any DiskFile
    /// Of the file, as its header has it.
    public let number: UInt32
    private let marker: UInt32
    private var sequence: UInt32 = 0
    /// Bytes of whole frames, the file's header included.
    public private(set) var count: Int
    /// Half a frame may lie at the end, since neither writing nor cutting succeeded: nothing more can be written here.
    public private(set) var isBroken = false

    public var path: String { file.path }

    /// Makes the file, with its header.
    ///
    /// - Parameter marker: a random number.
    public init(
        creating path: String, _ kind: FrameFormat.Kind, number: UInt32, marker: UInt32, on disk: any Disk
    ) throws(DiskError) {
        self.number = number
        file = try disk.create(path)
        // Zeros are what a file system leaves where nothing was written.
        self.marker = marker == 0 ? 0xA5A5_5A5A : marker
        let header = FrameFormat.fileHeader(kind, number: number, marker: self.marker)
        count = header.count
        try file.append(header)
    }

    /// Appends one frame.
    ///
    /// - Parameter frame: sixteen bytes, into which the header is put here, and the payload.
    public mutating func append(_ frame: inout [UInt8]) throws(DiskError) {
        precondition(frame.count >= FrameFormat.frameHeaderBytes, "a frame without room for its header")
        if isBroken { throw DiskError(.write, path, .other, "an earlier write failed in the middle") }
        FrameFormat.seal(&frame, marker: marker, sequence: sequence)
        do {
            try file.append(frame)
        } catch {
            do { try file.truncate(to: count) } catch { isBroken = true }
            throw error
        }
        count += frame.count
        sequence &+= 1
    }

    public func sync() throws(DiskError) { try file.sync() }
}
