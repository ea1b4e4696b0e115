// Numbers of eight bytes are loaded at once, behind a check of the end: a request is mostly those.

/// Reads the wire format of protocol buffers, field by field; knows nothing of what the fields mean.
///
/// A reader is a range of bytes, so that a message within a message is read by another reader without a copy.
/// Source: protobuf.dev, "Encoding".
struct ProtobufReader {
    /// What is wrong with the bytes, and where.
    struct Fault: Error, Sendable, Hashable {
        var message: String
        var offset: Int
    }

    enum WireType: UInt8 {
        case varint = 0
        case fixed64 = 1
        case bytes = 2
        case fixed32 = 5
    }

    struct Field {
        var number: UInt64
        var type: WireType
    }

    let bytes: [UInt8]
    private(set) var offset: Int
    private(set) var end: Int

    init(_ bytes: [UInt8], _ range: Range<Int>? = nil) {
        self.bytes = bytes
        offset = range?.lowerBound ?? 0
        end = min(bytes.count, range?.upperBound ?? bytes.count)
    }

    func fault(_ message: String) -> Fault { Fault(message: message, offset: offset) }

    /// The next field's number and type, or nil at the end.
    mutating func field() throws(Fault) -> Field? {
        if offset >= end { return nil }
        let tag = try varint()
        guard let type = WireType(rawValue: UInt8(tag & 7)), tag >> 3 > 0 else {
            throw fault("field \(tag >> 3) has the unknown wire type \(tag & 7)")
        }
        return Field(number: tag >> 3, type: type)
    }

    mutating func varint() throws(Fault) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64 {
            guard offset < end else { throw fault("it ends in the middle of a number") }
            let byte = bytes[offset]
            offset += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw fault("a number has more than ten bytes")
    }

    mutating func zigzag() throws(Fault) -> Int64 {
        let coded = try varint()
        return Int64(bitPattern: coded >> 1) ^ -Int64(bitPattern: coded & 1)
    }

    mutating func fixed64() throws(Fault) -> UInt64 {
        guard end - offset >= 8 else { throw fault("it ends in the middle of a number of eight bytes") }
        let value = bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
        offset += 8
        return UInt64(littleEndian: value)
    }

    mutating func double() throws(Fault) -> Double { Double(bitPattern: try fixed64()) }

    /// The range of a field of bytes, a text or a message.
    mutating func range() throws(Fault) -> Range<Int> {
        let length = try varint()
        guard length <= UInt64(end - offset) else { throw fault("a field of \(length) bytes reaches beyond the end") }
        let start = offset
        offset += Int(length)
        return start..<offset
    }

    /// Goes into the message that stands here: its fields come next, until `leave`.
    ///
    /// - Returns: what `leave` has to be given.
    mutating func enter() throws(Fault) -> Int {
        let length = try varint()
        guard length <= UInt64(end - offset) else { throw fault("a field of \(length) bytes reaches beyond the end") }
        let outer = end
        end = offset + Int(length)
        return outer
    }

    /// Goes on behind the message that was entered.
    mutating func leave(_ outer: Int) {
        offset = end
        end = outer
    }

    /// A message within this one.
    mutating func message() throws(Fault) -> ProtobufReader { ProtobufReader(bytes, try range()) }

    /// A text, which has to be UTF-8.
    mutating func text() throws(Fault) -> String {
        let range = try range()
        guard let text = String(validating: bytes[range], as: UTF8.self) else { throw fault("a text is no UTF-8") }
        return text
    }

    /// The numbers of a repeated field: packed in one run of bytes, or one at a time.
    mutating func repeated<Number>(
        _ type: WireType, into numbers: inout [Number], _ read: (inout ProtobufReader) throws(Fault) -> Number
    ) throws(Fault) {
        guard type == .bytes else {
            numbers.append(try read(&self))
            return
        }
        var inner = try message()
        while inner.offset < inner.end { numbers.append(try read(&inner)) }
    }

    /// Passes over a field that nobody asks for.
    mutating func skip(_ type: WireType) throws(Fault) {
        switch type {
        case .varint: _ = try varint()
        case .fixed64: _ = try fixed64()
        case .bytes: _ = try range()
        case .fixed32:
            guard end - offset >= 4 else { throw fault("it ends in the middle of a number of four bytes") }
            offset += 4
        }
    }
}
