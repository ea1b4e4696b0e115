import LapwingText

/// Go's `fmt`: values as text, under verbs and flags.
///
/// Source: the documentation of Go's fmt. Once more than `limit` bytes are written, nothing is added any more and
/// `isTooLong` is set.
struct GoPrinter {
    struct Flags {
        var minus = false
        var plus = false
        var sharp = false
        var space = false
        var zero = false
        /// `%+v` and `%#v`, for which plus and sharp mean something else.
        var plusV = false
        var sharpV = false
        var width: Int?
        var precision: Int?
    }

    private(set) var bytes: [UInt8] = []
    var flags = Flags()
    let limit: Int
    private(set) var isTooLong = false

    init(limit: Int = TemplateLimits.standard.outputBytes) { self.limit = limit }

    /// The value as `%v` prints it.
    static func text(_ value: TemplateValue) -> String {
        var printer = GoPrinter()
        printer.append(value, verb: "v")
        return String(decoding: printer.bytes, as: UTF8.self)
    }

    mutating func write(_ more: [UInt8]) {
        if isTooLong { return }
        bytes.append(contentsOf: more)
        if bytes.count > limit { isTooLong = true }
    }

    mutating func write(_ text: String) {
        if isTooLong { return }
        bytes.append(contentsOf: text.utf8)
        if bytes.count > limit { isTooLong = true }
    }

    // MARK: Values

    /// Writes one value under a verb and the flags in force.
    mutating func append(_ value: TemplateValue, verb: Unicode.Scalar) {
        if isTooLong { return }
        switch verb {
        case "T":
            if case .none = value { return pad(value.typeName) }
            return append(value.typeName, verb: "s")
        case "p": return bad(verb, value)
        default: break
        }
        switch value {
        case .none: verb == "v" ? pad("<nil>") : bad(verb, value)
        case .bool(let bool): verb == "t" || verb == "v" ? pad(bool ? "true" : "false") : bad(verb, value)
        case .int(let integer): append(integer, verb: verb)
        case .float(let float): append(float, verb: verb)
        case .string(let text): append(text, verb: verb)
        case .list(let values, let type): append(values, type, verb: verb)
        case .map(let map): append(map, verb: verb)
        case .object(let object): append(object, verb: verb)
        }
    }

    private mutating func append(_ values: [TemplateValue], _ type: String, verb: Unicode.Scalar) {
        write(flags.sharpV ? type + "{" : "[")
        for (index, value) in values.enumerated() {
            if index > 0 { write(flags.sharpV ? ", " : " ") }
            append(value, verb: verb)
        }
        write(flags.sharpV ? "}" : "]")
    }

    private mutating func append(_ map: TemplateMap, verb: Unicode.Scalar) {
        write(flags.sharpV ? map.typeName + "{" : "map[")
        for (index, entry) in map.entries.enumerated() {
            if index > 0 { write(flags.sharpV ? ", " : " ") }
            append(.string(entry.key), verb: verb)
            write(":")
            append(entry.value, verb: verb)
        }
        write(flags.sharpV ? "}" : "]")
    }

    /// A struct is its text where it has one and the verb can print text, its fields otherwise.
    private mutating func append(_ object: any TemplateObject, verb: Unicode.Scalar) {
        if let text = object.text, !flags.sharpV, ["v", "s", "x", "X", "q"].contains(verb) {
            return append(text, verb: verb)
        }
        if let number = object.number, !flags.sharpV { return append(number, verb: verb) }
        if flags.sharpV { write(object.typeName) }
        write("{")
        for (index, field) in object.fields.enumerated() {
            if index > 0 { write(flags.sharpV ? ", " : " ") }
            if flags.plusV || flags.sharpV { write(field.name + ":") }
            append(field.value, verb: verb)
        }
        write("}")
    }

    /// `%!d(string=hi)`: a verb that the value's type has not; the flags hold for the value inside, as in Go.
    mutating func bad(_ verb: Unicode.Scalar, _ value: TemplateValue) {
        write("%!\(verb)(")
        appendTyped(value)
        write(")")
    }

    /// `string=hi`.
    mutating func appendTyped(_ value: TemplateValue) {
        if case .none = value { return write("<nil>") }
        write(value.typeName + "=")
        append(value, verb: "v")
    }

    // MARK: Padding

    mutating func pad(_ text: String) {
        guard let width = flags.width, !isTooLong else { return write(text) }
        let filling = max(0, width - text.unicodeScalars.count)
        if flags.minus {
            write(text)
            write([UInt8](repeating: 0x20, count: filling))
        } else {
            write([UInt8](repeating: flags.zero ? UInt8(ascii: "0") : 0x20, count: filling))
            write(text)
        }
    }
}

extension GoPrinter {
    /// `fmt.Sprint`: a space between two operands of which neither is a string.
    mutating func appendAll(_ values: [TemplateValue]) {
        var previousIsString = true
        for (index, value) in values.enumerated() {
            var isString = false
            if case .string = value { isString = true }
            if index > 0, !isString, !previousIsString { write(" ") }
            append(value, verb: "v")
            previousIsString = isString
        }
    }

    /// `fmt.Sprintln`: a space between any two operands, and a line break at the end.
    mutating func appendLine(_ values: [TemplateValue]) {
        for (index, value) in values.enumerated() {
            if index > 0 { write(" ") }
            append(value, verb: "v")
        }
        write("\n")
    }
}
