/// Bytes that came in and are not yet read; what both decoders take lines and bodies from.
struct InputBuffer: Sendable {
    private(set) var bytes: [UInt8] = []
    /// Bytes before this are consumed.
    private(set) var start = 0
    /// No line feed stands between `start` and here, so that a line that trickles in is searched once.
    private var searched = 0

    var count: Int { bytes.count - start }
    var isEmpty: Bool { start == bytes.count }

    mutating func append(_ more: ArraySlice<UInt8>) {
        if start == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacity)
            (start, searched) = (0, 0)
        } else if start > Self.keptCapacity {
            bytes.removeFirst(start)
            searched -= start
            start = 0
        }
        bytes.append(contentsOf: more)
    }

    /// A buffer that grew beyond this is given back once it is empty.
    private static let keptCapacity = 65_536

    enum Line: Equatable {
        /// The line's place in `bytes`, without its line feed and, if it has one, carriage return.
        case whole(Range<Int>, endsInCarriageReturn: Bool)
        case incomplete
        case tooLong
    }

    /// Takes the next line; one of more than `limit` bytes is known to be too long before its end has come.
    mutating func takeLine(limit: Int) -> Line {
        guard let end = Self.indexOfLineFeed(in: bytes, from: max(searched, start)) else {
            searched = bytes.count
            // One byte past the limit may be the carriage return of a line that ends here.
            let isOver = count > limit + 1 || (count == limit + 1 && bytes.last != HTTPCharacters.carriageReturn)
            return isOver ? .tooLong : .incomplete
        }
        let hasReturn = end > start && bytes[end - 1] == HTTPCharacters.carriageReturn
        let line = start..<(hasReturn ? end - 1 : end)
        guard line.count <= limit else { return .tooLong }
        start = end + 1
        searched = start
        return .whole(line, endsInCarriageReturn: hasReturn)
    }

    /// Moves up to `limit` bytes to the end of `body` and returns how many those were.
    mutating func take(_ limit: Int, into body: inout [UInt8]) -> Int {
        let taken = min(limit, count)
        guard taken > 0 else { return 0 }
        body.append(contentsOf: bytes[start..<(start + taken)])
        start += taken
        searched = max(searched, start)
        return taken
    }

    private static func indexOfLineFeed(in bytes: borrowing [UInt8], from start: Int) -> Int? {
        let span = bytes.span
        var index = start
        while index < span.count {
            if span[index] == HTTPCharacters.lineFeed { return index }
            index += 1
        }
        return nil
    }
}
