import LapwingDisk

/// The names in a data directory.
///
///     lock                  the process that has it
///     log-00000007          records since the checkpoint, in the order of their numbers
///     checkpoint-00000003   every series, and the samples that are in no segment
///     segment-00000002      sealed chunks, in good
///     *.damaged             what could not be read whole; for a person to look at, never read again
///     *.new                 what was being written; removed at the next start
enum DataFiles {
    static let lock = "lock"
    static let damagedSuffix = ".damaged"
    static let newSuffix = SegmentWriter.unfinishedSuffix

    static func name(_ kind: FrameFormat.Kind, _ number: UInt32) -> String {
        let digits = String(number)
        return prefix(kind) + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    static func prefix(_ kind: FrameFormat.Kind) -> String {
        switch kind {
        case .log: "log-"
        case .segment: "segment-"
        case .checkpoint: "checkpoint-"
        }
    }

    /// The numbers of the files of a kind among names, ascending.
    static func numbers(_ kind: FrameFormat.Kind, in names: [String]) -> [UInt32] {
        let prefix = prefix(kind)
        return names.filter { $0.hasPrefix(prefix) }.compactMap { UInt32($0.dropFirst(prefix.count)) }.sorted()
    }
}
