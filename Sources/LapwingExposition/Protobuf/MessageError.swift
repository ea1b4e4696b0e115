/// Why a message of samples, or a series of it, cannot be taken: remote write's, a protobuf page, OpenTelemetry's.
public struct MessageError: Error, Sendable, CustomStringConvertible {
    public var message: String

    init(_ message: String) { self.message = message }

    init(_ fault: ProtobufReader.Fault) { self.init("the message is damaged at byte \(fault.offset): \(fault.message)") }

    public var description: String { message }
}
