import LapwingText

/// Takes a body out of the incoming bytes: fixed length, chunks (RFC 9112, section 7.1) or until the end.
struct BodyDecoder: Sendable {
    private enum State: Sendable {
        case fixed(remaining: Int)
        case chunkSize
        case chunkData(remaining: Int)
        case chunkEnd
        case trailers(HeaderDecoder)
        case untilClose
        case finished
    }

    private var state: State
    /// Body bytes read so far, which is more than the caller holds when it drains `body`.
    private(set) var byteCount = 0

    init(_ framing: BodyFraming) {
        switch framing {
        case .none: state = .finished
        case .fixed(let length): state = .fixed(remaining: length)
        case .chunked: state = .chunkSize
        case .untilClose: state = .untilClose
        }
    }

    /// Whether the body ends where the connection does.
    var endsWithConnection: Bool {
        switch state {
        case .untilClose: true
        case .fixed, .chunkSize, .chunkData, .chunkEnd, .trailers, .finished: false
        }
    }

    /// How many bytes of a body whose length is known may be reserved before they have come.
    static let reservedMaximum = 16 << 20

    /// The bytes that the body will have, as far as its length has been announced and is to be believed.
    var announcedBytes: Int {
        switch state {
        case .fixed(let remaining): min(remaining, Self.reservedMaximum)
        case .chunkSize, .chunkData, .chunkEnd, .trailers, .untilClose, .finished: 0
        }
    }

    /// Appends to `body` as many of the bytes that come next as are known to belong to it.
    ///
    /// - Precondition: what came before has been read.
    /// - Returns: how many those were.
    mutating func takeDirectly(_ bytes: ArraySlice<UInt8>, into body: inout [UInt8]) -> Int {
        switch state {
        case .fixed(let remaining):
            let taken = min(remaining, bytes.count)
            state = .fixed(remaining: remaining - taken)
            return append(bytes.prefix(taken), to: &body)
        case .chunkData(let remaining):
            let taken = min(remaining, bytes.count)
            state = .chunkData(remaining: remaining - taken)
            return append(bytes.prefix(taken), to: &body)
        case .chunkSize, .chunkEnd, .trailers, .untilClose, .finished:
            return 0
        }
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>, to body: inout [UInt8]) -> Int {
        body.append(contentsOf: bytes)
        byteCount += bytes.count
        return bytes.count
    }

    /// Appends to `body` what has come; true once the body is whole. Trailers are read past.
    ///
    /// - Throws: 413 over `limits.maxBodyBytes`, at once when a length announces it; 400 for broken chunks.
    mutating func read(
        _ buffer: inout InputBuffer, into body: inout [UInt8], limits: HTTPLimits
    ) throws(HTTPFault) -> Bool {
        while true {
            switch state {
            case .finished:
                return true
            case .fixed(let remaining):
                try check(remaining, limits)
                let taken = buffer.take(remaining, into: &body)
                byteCount += taken
                state = taken == remaining ? .finished : .fixed(remaining: remaining - taken)
                if taken < remaining { return false }
            case .untilClose:
                try check(buffer.count, limits)
                byteCount += buffer.take(buffer.count, into: &body)
                return false
            case .chunkSize:
                guard let size = try readChunkSize(&buffer, limits) else { return false }
                try check(size, limits)
                state = size == 0 ? .trailers(HeaderDecoder()) : .chunkData(remaining: size)
            case .chunkData(let remaining):
                let taken = buffer.take(remaining, into: &body)
                byteCount += taken
                state = taken == remaining ? .chunkEnd : .chunkData(remaining: remaining - taken)
                if taken < remaining { return false }
            case .chunkEnd:
                let complaint = "a chunk has more bytes than its size says"
                guard try readLine(&buffer, limit: 0, complaint) != nil else { return false }
                state = .chunkSize
            case .trailers(var decoder):
                let isFinished = try decoder.read(&buffer, limits: limits)
                state = isFinished ? .finished : .trailers(decoder)
                if !isFinished { return false }
            }
        }
    }

    private func check(_ more: Int, _ limits: HTTPLimits) throws(HTTPFault) {
        let (total, overflow) = byteCount.addingReportingOverflow(more)
        guard !overflow, total <= limits.maxBodyBytes else {
            throw HTTPFault(
                .contentTooLarge, "the body has \(total) bytes or more; at most \(limits.maxBodyBytes) are allowed")
        }
    }

    private func readLine(
        _ buffer: inout InputBuffer, limit: Int, _ complaint: String
    ) throws(HTTPFault) -> Range<Int>? {
        switch buffer.takeLine(limit: limit) {
        case .incomplete: return nil
        case .tooLong: throw HTTPFault(.badRequest, complaint)
        case .whole(let line, let endsInCarriageReturn):
            guard endsInCarriageReturn else {
                throw HTTPFault(.badRequest, "a line of a chunked body ends in a bare line feed; expected CR LF")
            }
            return line
        }
    }

    private func readChunkSize(_ buffer: inout InputBuffer, _ limits: HTTPLimits) throws(HTTPFault) -> Int? {
        let complaint = "a chunk's first line has more than \(limits.maxChunkLineBytes) bytes"
        guard let line = try readLine(&buffer, limit: limits.maxChunkLineBytes, complaint) else { return nil }
        let bytes = buffer.bytes
        var index = line.lowerBound
        var size = 0
        while index < line.upperBound, let digit = Hexadecimal.digit(bytes[index]) {
            guard index - line.lowerBound < Self.maxSizeDigits else {
                throw HTTPFault(.badRequest, "a chunk's size has more than \(Self.maxSizeDigits) digits")
            }
            size = size << 4 | Int(digit)
            index += 1
        }
        guard index > line.lowerBound else {
            throw HTTPFault(.badRequest, "bad chunk size; expected hexadecimal digits")
        }
        while index < line.upperBound, HTTPCharacters.isWhite(bytes[index]) { index += 1 }
        guard index == line.upperBound || bytes[index] == UInt8(ascii: ";") else {
            throw HTTPFault(.badRequest, "bad chunk size; expected hexadecimal digits and then an extension or CR LF")
        }
        // Extensions are read past (RFC 9112, section 7.1.1), but may not hide a line's end.
        for byte in bytes[index..<line.upperBound] where !HTTPCharacters.isFieldValue(byte) {
            throw HTTPFault(.badRequest, "a chunk extension holds a control character")
        }
        return size
    }

    /// Fifteen digits are 2⁶⁰ − 1, which no shift overflows.
    private static let maxSizeDigits = 15
}
