// Lends the payload of a frame to the checksum by pointer, for the length of one call.

/// How every file of a data directory is written: a header and then frames, in version 1.
///
///     file    ┌────────┬─────────┬────────┬────────┬─────────┬─────────┬─────────┐
///     header  │ "lapw" │ version │ kind   │ 0 0    │ number  │ marker  │ crc-32c │   of the 16 bytes before it
///             │4 bytes │ 1 byte  │ 1 byte │ 2 bytes│ 4 bytes │ 4 bytes │ 4 bytes │
///             └────────┴─────────┴────────┴────────┴─────────┴─────────┴─────────┘
///
///     frame   ┌─────────┬─────────┬──────────┬─────────┬─────────┐
///             │ marker  │ length  │ sequence │ crc-32c │ payload │   crc of length, sequence and payload
///             │ 4 bytes │ 4 bytes │ 4 bytes  │ 4 bytes │ length  │
///             └─────────┴─────────┴──────────┴─────────┴─────────┘
///
/// Numbers are least significant byte first. The marker is chosen at random for each file, so that a reader finds the
/// next whole frame behind a damaged one, and no payload can pass for a frame. The sequence counts the frames of a file
/// from 0 and tells how many a damage took.
public enum FrameFormat {
    public static let version: UInt8 = 1
    static let magic: [UInt8] = Array("lapw".utf8)
    static let fileHeaderBytes = 20
    public static let frameHeaderBytes = 16
    /// No frame is longer; a length beyond it is damage.
    public static let maximumPayloadBytes = 256 << 20

    /// What a file holds.
    public enum Kind: UInt8, Sendable, Hashable {
        case log = 1
        case segment = 2
        case checkpoint = 3
    }

    static func fileHeader(_ kind: Kind, number: UInt32, marker: UInt32) -> [UInt8] {
        var bytes = magic + [version, kind.rawValue, 0, 0]
        bytes.appendFixed(UInt64(number), 4)
        bytes.appendFixed(UInt64(marker), 4)
        bytes.appendFixed(UInt64(Checksum.crc32c(bytes)), 4)
        return bytes
    }

    /// The sum that stands in a frame's header.
    static func sum(_ payload: UnsafeRawBufferPointer, sequence: UInt32) -> UInt32 {
        var fields: [UInt8] = []
        fields.appendFixed(UInt64(payload.count), 4)
        fields.appendFixed(UInt64(sequence), 4)
        return Checksum.crc32c(payload, continuing: Checksum.crc32c(fields))
    }

    /// Fills in the header of a frame, whose payload stands behind sixteen bytes that wait for it.
    static func seal(_ frame: inout [UInt8], marker: UInt32, sequence: UInt32) {
        let sum = frame.withUnsafeBytes { Self.sum(UnsafeRawBufferPointer(rebasing: $0[frameHeaderBytes...]), sequence: sequence) }
        let fields = [marker, UInt32(truncatingIfNeeded: frame.count - frameHeaderBytes), sequence, sum]
        for (index, field) in fields.enumerated() {
            for byte in 0..<4 { frame[4 * index + byte] = UInt8(truncatingIfNeeded: field >> UInt32(8 * byte)) }
        }
    }
}
