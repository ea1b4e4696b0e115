// Looks at mapped bytes by pointer, for the length of one call; every offset is compared with the count first.

/// A stretch of a file whose frames cannot be read.
public struct FrameDamage: Sendable, Hashable {
    public var bytes: Range<Int>
    /// Frames that the numbers of those around it say are missing; at least one.
    public var frames: Int
    /// Whether nothing follows: the end of a file whose writer was interrupted, unless a bit of its last frame has changed.
    public var isTail: Bool

    public init(bytes: Range<Int>, frames: Int, isTail: Bool) {
        self.bytes = bytes
        self.frames = frames
        self.isTail = isTail
    }
}

/// Goes through the frames of a file, over those that are damaged.
public struct FrameReader: Sendable {
    public let bytes: FileBytes
    public let name: String
    public let number: UInt32
    public private(set) var damages: [FrameDamage] = []
    /// Where the next frame should begin.
    public private(set) var offset = FrameFormat.fileHeaderBytes
    private let marker: UInt32
    /// The number that the next frame should have; nil where the reader was put somewhere.
    private var sequence: UInt32? = 0

    /// - Throws: `FormatError` when the file is of another kind or version, or not even its header can be read.
    public init(_ bytes: FileBytes, name: String, _ kind: FrameFormat.Kind) throws(FormatError) {
        self.bytes = bytes
        self.name = name
        let header = bytes.copy(0..<FrameFormat.fileHeaderBytes)
        guard header.count == FrameFormat.fileHeaderBytes else {
            throw FormatError(name, "it ends after \(header.count) bytes, in the middle of its header")
        }
        number = Self.field(header, 8)
        if Self.field(header, 16) == Checksum.crc32c(Array(header[..<16])) {
            guard header.starts(with: FrameFormat.magic) else { throw FormatError(name, "it is not a file of lapwing's") }
            guard header[4] == FrameFormat.version else {
                throw FormatError(
                    name, "it is written in version \(header[4]) of the format, and this program reads version "
                        + "\(FrameFormat.version); use the program that wrote it", isUnknownVersion: true)
            }
            guard header[5] == kind.rawValue else { throw FormatError(name, "it holds something else (kind \(header[5]))") }
            marker = Self.field(header, 12)
        } else {
            // The first frame repeats the marker; whether it is one, its sum says.
            let first = bytes.copy(offset..<offset + 4)
            guard first.count == 4 else { throw FormatError(name, "its header is damaged, and nothing follows") }
            marker = Self.field(first, 0)
            guard case .frame = frame(at: offset) else { throw FormatError(name, "its header and its first frame are damaged") }
            damages.append(FrameDamage(bytes: 0..<FrameFormat.fileHeaderBytes, frames: 0, isTail: false))
        }
    }

    /// The payload of the next frame that is whole; what lies between is noted in `damages`.
    ///
    /// - Complexity: O(bytes passed over).
    public mutating func next() -> Range<Int>? {
        guard offset < bytes.count else { return nil }
        if case .frame(let payload, let sequence) = frame(at: offset) { return pass(payload, sequence) }
        let start = offset
        guard let (place, payload, found) = search(from: offset + 1) else {
            damages.append(FrameDamage(bytes: start..<bytes.count, frames: 1, isTail: true))
            offset = bytes.count
            return nil
        }
        let missing = sequence.map { found > $0 ? Int(found - $0) : 1 } ?? 1
        damages.append(FrameDamage(bytes: start..<place, frames: missing, isTail: false))
        return pass(payload, found)
    }

    /// Goes on at a place that the file itself has named.
    public mutating func move(to offset: Int) {
        self.offset = max(offset, FrameFormat.fileHeaderBytes)
        sequence = nil
    }

    private mutating func pass(_ payload: Range<Int>, _ sequence: UInt32) -> Range<Int> {
        offset = payload.upperBound
        self.sequence = sequence &+ 1
        return payload
    }

    private enum Found {
        case frame(payload: Range<Int>, sequence: UInt32)
        case damaged
    }

    private func frame(at offset: Int) -> Found {
        bytes.withBytes { bytes in
            guard bytes.count - offset >= FrameFormat.frameHeaderBytes, Self.field(bytes, offset) == marker else { return .damaged }
            let length = Int(Self.field(bytes, offset + 4))
            let start = offset + FrameFormat.frameHeaderBytes
            guard length <= bytes.count - start, length <= FrameFormat.maximumPayloadBytes else { return .damaged }
            let sequence = Self.field(bytes, offset + 8)
            let payload = UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
            guard FrameFormat.sum(payload, sequence: sequence) == Self.field(bytes, offset + 12) else { return .damaged }
            return .frame(payload: start..<start + length, sequence: sequence)
        }
    }

    /// The next place at which a whole frame stands.
    private func search(from start: Int) -> (place: Int, payload: Range<Int>, sequence: UInt32)? {
        let first = UInt8(truncatingIfNeeded: marker)
        var place = start
        while place + FrameFormat.frameHeaderBytes <= bytes.count {
            let found = bytes.withBytes { bytes in bytes[place...].firstIndex(of: first) }
            guard let found else { return nil }
            if case .frame(let payload, let sequence) = frame(at: found) { return (found, payload, sequence) }
            place = found + 1
        }
        return nil
    }

    @inline(__always)
    private static func field(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    private static func field(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
    }
}
