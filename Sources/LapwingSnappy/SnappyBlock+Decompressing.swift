// Copies runs of bytes through a pointer into the output, which is as long as the block announces; every offset is
// checked against both ends before a byte moves.

/// Snappy's block format: a length, then literals and copies of what was already written.
///
/// Source: google/snappy, `format_description.txt`. The framing format for streams is another, and not here.
public enum SnappyBlock {
    /// The bytes that a block holds.
    ///
    /// - Parameter limit: the most bytes that are taken; more are refused before anything is allocated.
    /// - Complexity: O(bytes written).
    /// - Throws: `SnappyError`; nothing is returned of a damaged block.
    public static func decompress(_ block: [UInt8], limit: Int) throws(SnappyError) -> [UInt8] {
        let (length, start) = try announcedLength(block)
        guard length <= limit else { throw .tooLong(announced: length, limit: limit) }
        // A copy of three bytes writes at most 64: what is announced beyond that cannot come.
        guard length <= (block.count - start) * 64 else { throw .damaged("\(length) bytes cannot come of it", offset: 0) }
        var failure: SnappyError?
        // Without any room the standard library would write into the empty array that all threads share.
        let output = [UInt8](unsafeUninitializedCapacity: max(1, length)) { buffer, initialized in
            do throws(SnappyError) {
                try block.withUnsafeBufferPointer { (input) throws(SnappyError) in
                    try fill(buffer, length, from: input, start)
                }
                initialized = length
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return output
    }

    /// The number of bytes that a block announces, and where its elements begin.
    private static func announcedLength(_ block: [UInt8]) throws(SnappyError) -> (length: Int, start: Int) {
        var length: UInt64 = 0
        for (index, byte) in block.prefix(5).enumerated() {
            length |= UInt64(byte & 0x7f) << UInt64(7 * index)
            if byte < 0x80 {
                guard length <= UInt64(UInt32.max) else { break }
                return (Int(length), index + 1)
            }
        }
        throw .damaged("its length cannot be read", offset: 0)
    }

    private static func fill(
        _ output: UnsafeMutableBufferPointer<UInt8>, _ length: Int, from input: UnsafeBufferPointer<UInt8>, _ start: Int
    ) throws(SnappyError) {
        var read = start
        var written = 0
        while read < input.count {
            let tag = input[read]
            let element = try element(tag, input, read)
            guard element.length <= length - written else { throw .damaged("more bytes than announced", offset: read) }
            read = element.next
            guard let base = output.baseAddress else { break }
            if tag & 3 == 0 {
                guard element.length <= input.count - read, let source = input.baseAddress else {
                    throw .damaged("a literal reaches beyond the end", offset: read)
                }
                (base + written).initialize(from: source + read, count: element.length)
                read += element.length
            } else {
                guard element.offset > 0, element.offset <= written else {
                    throw .damaged("a copy from \(element.offset) bytes back, where \(written) are written", offset: read)
                }
                copy(base + written, element.offset, element.length)
            }
            written += element.length
        }
        guard written == length else { throw .damaged("\(written) bytes where \(length) were announced", offset: read) }
    }

    /// A copy may reach into what it writes itself: it then repeats the last bytes.
    @inline(__always)
    private static func copy(_ target: UnsafeMutablePointer<UInt8>, _ offset: Int, _ length: Int) {
        let source = target - offset
        if offset >= length {
            target.initialize(from: source, count: length)
        } else {
            for index in 0..<length { (target + index).initialize(to: source[index]) }
        }
    }

    private struct Element {
        var length: Int
        /// How far back a copy begins.
        var offset: Int
        /// Where the next element, or the literal's bytes, begin.
        var next: Int
    }

    @inline(__always)
    private static func element(_ tag: UInt8, _ input: UnsafeBufferPointer<UInt8>, _ at: Int) throws(SnappyError) -> Element {
        let rest = input.count - at - 1
        func bytes(_ count: Int) throws(SnappyError) -> Int {
            guard count <= rest else { throw .damaged("it ends in the middle of an element", offset: at) }
            var value = 0
            for index in 0..<count { value |= Int(input[at + 1 + index]) << (8 * index) }
            return value
        }
        switch tag & 3 {
        case 0:
            let short = Int(tag >> 2)
            if short < 60 { return Element(length: short + 1, offset: 0, next: at + 1) }
            let count = short - 59
            return Element(length: try bytes(count) + 1, offset: 0, next: at + 1 + count)
        case 1:
            return Element(length: Int(tag >> 2 & 7) + 4, offset: Int(tag >> 5) << 8 | (try bytes(1)), next: at + 2)
        case 2: return Element(length: Int(tag >> 2) + 1, offset: try bytes(2), next: at + 3)
        default: return Element(length: Int(tag >> 2) + 1, offset: try bytes(4), next: at + 5)
        }
    }
}
