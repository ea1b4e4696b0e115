import LapwingExposition
import LapwingSeries
import LapwingSnappy
import LapwingZstandard

/// Messages of senders, and the blocks in which they come.
enum MessageTarget {
    static func remoteWriteFault(in bytes: [UInt8]) -> String? {
        guard let request = try? RemoteWriteRequest(bytes) else { return nil }
        for series in request.series {
            guard let labels = try? request.labels(of: series) else { continue }
            if labels.isEmpty { return "a series has no labels" }
            if series.floats.upperBound > request.times.count || series.histograms.upperBound > request.histograms.count {
                return "a series has samples that are not there"
            }
        }
        return nil
    }

    /// Bytes of a block that is read.
    private static let limit = 1 << 20

    static func snappyFault(in bytes: [UInt8]) -> String? {
        if let content = try? SnappyBlock.decompress(bytes, limit: limit), content.count > limit { return "a block holds more than allowed" }
        let block = SnappyBlock.compress(bytes)
        guard let again = try? SnappyBlock.decompress(block, limit: bytes.count) else { return "what was compressed cannot be read" }
        return again == bytes ? nil : "what was compressed comes back as something else"
    }

    static func zstandardFault(in bytes: [UInt8]) -> String? {
        guard let content = try? ZstandardFrame.decompress(bytes, limit: limit) else { return nil }
        return content.count > limit ? "frames hold more than allowed" : nil
    }
}
