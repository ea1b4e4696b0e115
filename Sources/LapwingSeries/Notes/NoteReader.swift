/// Reads what `NoteWriter` wrote; every field is checked against the end.
public struct NoteReader: Sendable {
    private let bytes: [UInt8]
    private var offset = 1

    /// That a note is not what its key says: another program wrote it.
    public struct Malformed: Error, Sendable, Hashable, CustomStringConvertible {
        public let description: String

        public init(description: String) { self.description = description }
    }

    /// - Throws: `Malformed` for a version that this program does not know.
    public init(_ bytes: [UInt8], version: UInt8) throws(Malformed) {
        guard let first = bytes.first else { throw Malformed(description: "it is empty") }
        guard first == version else { throw Malformed(description: "it has version \(first), and this program reads \(version)") }
        self.bytes = bytes
    }

    public var isAtEnd: Bool { offset >= bytes.count }

    private func fault() -> Malformed { Malformed(description: "it cannot be understood from byte \(offset) on") }

    private mutating func byte() throws(Malformed) -> UInt8 {
        guard offset < bytes.count else { throw fault() }
        defer { offset += 1 }
        return bytes[offset]
    }

    private mutating func run() throws(Malformed) -> ArraySlice<UInt8> {
        let length = try count()
        defer { offset += length }
        return bytes[offset..<offset + length]
    }

    public mutating func number() throws(Malformed) -> UInt64 {
        var result: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let next = try byte()
            result |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return result }
        }
        throw fault()
    }

    /// A number of things of which each takes a byte at least of what is left.
    public mutating func count() throws(Malformed) -> Int {
        let value = try number()
        guard value <= UInt64(bytes.count - offset) else { throw fault() }
        return Int(value)
    }

    /// A count of things that are kept elsewhere, and so not bounded by the bytes that are left.
    public mutating func unboundedCount() throws(Malformed) -> Int {
        guard let value = Int(exactly: try number()) else { throw fault() }
        return value
    }

    public mutating func signed() throws(Malformed) -> Int64 {
        let coded = try number()
        return Int64(bitPattern: coded >> 1) ^ -Int64(bitPattern: coded & 1)
    }

    public mutating func flag() throws(Malformed) -> Bool { try byte() != 0 }

    public mutating func double() throws(Malformed) -> Double {
        var pattern: UInt64 = 0
        for shift in 0..<8 { pattern |= UInt64(try byte()) << UInt64(8 * shift) }
        return Double(bitPattern: pattern)
    }

    public mutating func text() throws(Malformed) -> String { String(decoding: try run(), as: UTF8.self) }

    public mutating func labels() throws(Malformed) -> Labels {
        guard let labels = Labels(encodedBytes: Array(try run())) else { throw fault() }
        return labels
    }

    public mutating func pairs() throws(Malformed) -> [Label] {
        var pairs: [Label] = []
        for _ in 0..<(try count()) { pairs.append(Label(name: try text(), value: try text())) }
        return pairs
    }

    public mutating func time() throws(Malformed) -> Timestamp { Timestamp(milliseconds: try signed()) }

    public mutating func optionalTime() throws(Malformed) -> Timestamp? { try flag() ? try time() : nil }
}
