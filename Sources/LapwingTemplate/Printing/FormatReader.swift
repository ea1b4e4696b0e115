/// Reads a format string: the text between verbs, flags, width, precision, argument indices.
struct FormatReader {
    let format: [UInt8]
    let arguments: [TemplateValue]
    private var offset = 0
    /// The argument that the next verb takes.
    private(set) var next = 0
    private(set) var wasReordered = false
    private(set) var hasBadIndex = false
    /// What is wrong with a width or precision from an argument.
    var complaints: [String] = []
    private var isAfterIndex = false

    init(format: [UInt8], arguments: [TemplateValue]) {
        self.format = format
        self.arguments = arguments
    }

    var isAtVerb: Bool { offset < format.count }

    /// The text up to the next `%`; nil when the format is at its end.
    mutating func textBeforeVerb() -> [UInt8]? {
        guard offset < format.count else { return nil }
        let start = offset
        while offset < format.count, format[offset] != UInt8(ascii: "%") { offset += 1 }
        return Array(format[start..<offset])
    }

    /// Steps over `%` and reads what stands before the verb.
    mutating func readFlags() -> GoPrinter.Flags {
        offset += 1
        hasBadIndex = false
        isAfterIndex = false
        var flags = GoPrinter.Flags()
        readFlagCharacters(&flags)
        readIndex()
        if skip(UInt8(ascii: "*")) {
            flags.width = argumentNumber()
            if flags.width == nil { complaints.append("%!(BADWIDTH)") }
            if let width = flags.width, width < 0 {
                flags.width = -width
                flags.minus = true
                flags.zero = false
            }
            isAfterIndex = false
        } else {
            flags.width = number()
            if isAfterIndex, flags.width != nil { hasBadIndex = true }
        }
        if skip(UInt8(ascii: ".")) { readPrecision(&flags) }
        if !isAfterIndex { readIndex() }
        return flags
    }

    private mutating func readFlagCharacters(_ flags: inout GoPrinter.Flags) {
        while offset < format.count {
            switch format[offset] {
            case UInt8(ascii: "#"): flags.sharp = true
            case UInt8(ascii: "0"): flags.zero = true
            case UInt8(ascii: "+"): flags.plus = true
            case UInt8(ascii: "-"): flags.minus = true
            case UInt8(ascii: " "): flags.space = true
            default:
                if flags.minus { flags.zero = false }
                return
            }
            offset += 1
        }
    }

    private mutating func readPrecision(_ flags: inout GoPrinter.Flags) {
        if isAfterIndex { hasBadIndex = true }
        readIndex()
        if skip(UInt8(ascii: "*")) {
            if let precision = argumentNumber() {
                flags.precision = precision < 0 ? nil : precision
                if precision < 0 { complaints.append("%!(BADPREC)") }
            } else {
                complaints.append("%!(BADPREC)")
            }
            isAfterIndex = false
        } else {
            flags.precision = number() ?? 0
        }
    }

    mutating func readVerb() -> Unicode.Scalar? {
        guard offset < format.count else { return nil }
        let rest = String(decoding: format[offset..<min(format.count, offset + 4)], as: UTF8.self)
        guard let verb = rest.unicodeScalars.first else { return nil }
        offset += verb == "\u{FFFD}" ? 1 : String(verb).utf8.count
        return verb
    }

    mutating func readArgument() -> TemplateValue? {
        guard next < arguments.count else { return nil }
        next += 1
        return arguments[next - 1]
    }

    /// `[3]`: the next argument is the third.
    private mutating func readIndex() {
        guard offset < format.count, format[offset] == UInt8(ascii: "[") else { return }
        wasReordered = true
        guard let close = format[offset...].firstIndex(of: UInt8(ascii: "]")) else {
            hasBadIndex = true
            offset += 1
            return
        }
        offset += 1
        let position = number()
        if let position, offset == close, position >= 1, position <= arguments.count {
            next = position - 1
            isAfterIndex = true
        } else {
            hasBadIndex = true
        }
        offset = close + 1
    }

    private mutating func argumentNumber() -> Int? {
        guard case .int(let value)? = readArgument(), value.magnitude <= GoPrinter.largestWidth else { return nil }
        return Int(value)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while offset < format.count, Lexer.isDigit(format[offset]) {
            value = min((value ?? 0) * 10 + Int(format[offset] - UInt8(ascii: "0")), GoPrinter.largestWidth + 1)
            offset += 1
        }
        return value.map { $0 > GoPrinter.largestWidth ? 0 : $0 }
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard offset < format.count, format[offset] == byte else { return false }
        offset += 1
        return true
    }
}
