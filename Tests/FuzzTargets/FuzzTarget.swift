import LapwingExposition

/// What is fed with inputs that nobody thought of: everything that reads bytes from outside.
///
/// An input is a run of bytes. Whatever it is, reading it may neither trap nor take long, and what was read has to hold
/// together; `fault(in:)` says what does not.
public enum FuzzTarget: String, Sendable, CaseIterable {
    case query, exposition, protobuf, remoteWrite, remoteWriteSecond, telemetry, telemetryJSON, snappy, zstandard, yaml, template, regex

    /// What an input shows to be wrong with us, or nil.
    public func fault(in bytes: [UInt8]) -> String? {
        switch self {
        case .query: QueryTarget.fault(in: bytes)
        case .exposition: ExpositionTarget.fault(in: bytes)
        case .remoteWrite: MessageTarget.remoteWriteFault(in: bytes)
        case .protobuf: MessageTarget.protobufFault(in: bytes)
        case .remoteWriteSecond: MessageTarget.secondFault(in: bytes)
        case .telemetry: MessageTarget.telemetryFault(try? OpenTelemetryMetrics(protobuf: bytes))
        case .telemetryJSON: MessageTarget.telemetryFault(try? OpenTelemetryMetrics(json: bytes))
        case .snappy: MessageTarget.snappyFault(in: bytes)
        case .zstandard: MessageTarget.zstandardFault(in: bytes)
        case .yaml: DocumentTarget.yamlFault(in: bytes)
        case .template: DocumentTarget.templateFault(in: bytes)
        case .regex: RegexTarget.fault(in: bytes)
        }
    }
}
