/// What a receiver of OpenTelemetry's metrics answers: `ExportMetricsServiceResponse`.
///
/// Source: opentelemetry-proto `collector/metrics/v1/metrics_service.proto`.
public enum OpenTelemetryResponse {
    /// - Parameters:
    ///   - refused: data points that were not taken.
    ///   - message: why; nil when all were taken.
    public static func protobuf(refused: Int, message: String?) -> [UInt8] {
        guard let message else { return [] }
        var partial: [UInt8] = []
        if refused > 0 {
            partial.append(1 << 3)
            partial.appendVarint(UInt64(refused))
        }
        partial.appendField(2, Array(message.utf8))
        var bytes: [UInt8] = []
        bytes.appendField(1, partial)
        return bytes
    }
}
