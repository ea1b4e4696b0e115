/// Writes JSON (RFC 8259) piece by piece into bytes, with commas where they belong.
///
/// Strings are escaped as Go's `encoding/json` does it by default, `<`, `>` and `&` included, or as json-iterator does
/// it for labels, so that answers and payloads are the bytes that Prometheus and Alertmanager would send.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8]
    /// Whether the next value or key is preceded by a comma.
    private var needsComma = false
    private var escapesHTML: Bool

    public init(reservingCapacity capacity: Int = 0, escapesHTML: Bool = true) {
        bytes = []
        bytes.reserveCapacity(capacity)
        self.escapesHTML = escapesHTML
    }

    /// Writes into memory that was used before, whose bytes are dropped.
    ///
    /// - Parameter continues: whether these are further elements of something that another writer began.
    public init(reusing memory: consuming [UInt8], continues: Bool = false, escapesHTML: Bool = true) {
        memory.removeAll(keepingCapacity: true)
        bytes = memory
        needsComma = continues
        self.escapesHTML = escapesHTML
    }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    public mutating func beginObject() { open(UInt8(ascii: "{")) }
    public mutating func endObject() { close(UInt8(ascii: "}")) }
    public mutating func beginArray() { open(UInt8(ascii: "[")) }
    public mutating func endArray() { close(UInt8(ascii: "]")) }

    public mutating func object(_ body: (inout JSONWriter) -> Void) {
        beginObject()
        body(&self)
        endObject()
    }

    public mutating func array(_ body: (inout JSONWriter) -> Void) {
        beginArray()
        body(&self)
        endArray()
    }

    /// The name of the member whose value is written next.
    public mutating func key(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    public mutating func string(_ value: String) { string(utf8: value.utf8.span) }

    /// A string whose bytes are at hand.
    public mutating func string(utf8 text: Span<UInt8>) {
        separate()
        Self.append(utf8: text, escapesHTML: escapesHTML, to: &bytes)
    }

    /// What `body` writes has the escapes of json-iterator's `WriteString`.
    public mutating func lettingHTMLPass(_ body: (inout JSONWriter) -> Void) {
        let outer = escapesHTML
        escapesHTML = false
        body(&self)
        escapesHTML = outer
    }

    public mutating func integer(_ value: some BinaryInteger & Sendable) { raw(String(value)) }
    public mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }
    public mutating func null() { raw("null") }

    /// A number as Go marshals a float64: shortest, with an exponent below 1e-6 and from 1e21.
    /// - Precondition: `value` is finite; JSON has no other numbers.
    public mutating func number(_ value: Double) {
        precondition(value.isFinite, "JSON has no infinities and no NaN")
        separate()
        let magnitude = value.magnitude
        guard magnitude != 0, magnitude < 1e-6 || magnitude >= 1e21 else {
            GoNumber.append(value, .fixed, to: &bytes)
            return
        }
        let start = bytes.count
        GoNumber.append(value, .exponent, to: &bytes)
        // Go writes e-7, not e-07, in JSON.
        let end = bytes.count
        if end - start >= 4, bytes[end - 4] == UInt8(ascii: "e"), bytes[end - 3] == UInt8(ascii: "-"),
            bytes[end - 2] == UInt8(ascii: "0")
        {
            bytes.remove(at: end - 2)
        }
    }

    /// Text that is JSON already.
    public mutating func raw(_ json: String) {
        separate()
        bytes.append(contentsOf: json.utf8)
    }

    public mutating func raw(_ json: [UInt8]) {
        separate()
        bytes.append(contentsOf: json)
    }

    /// The name and value of a member whose bytes are at hand.
    public mutating func member(utf8 name: Span<UInt8>, _ value: Span<UInt8>) {
        string(utf8: name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
        string(utf8: value)
    }

    public mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    public mutating func member(_ name: String, _ value: some BinaryInteger & Sendable) {
        key(name)
        integer(value)
    }

    public mutating func member(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    /// Hands over what was written so far and goes on behind it: how an answer is streamed.
    public mutating func take() -> [UInt8] {
        let taken = bytes
        bytes = []
        bytes.reserveCapacity(taken.count)
        return taken
    }

    /// Lets `body` write into `room` bytes behind what there is; it returns the offset behind what it wrote.
    ///
    /// - Parameter room: at most so much is written; `GoNumber.writingRoom` bytes more may be touched.
    mutating func write(room: Int, _ body: (inout MutableRawSpan, Int) -> Int) {
        let start = bytes.count
        let touched = room + GoNumber.writingRoom
        bytes.append(addingCapacity: touched) { (output: inout OutputSpan<UInt8>) in output.append(repeating: 0, count: touched) }
        var memory = bytes.mutableSpan
        var raw = memory.mutableBytes
        let end = body(&raw, start)
        bytes.removeLast(bytes.count - end)
        needsComma = true
    }

    mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }
}
