extension GoPrinter {
    /// The largest width or precision, as in Go.
    static let largestWidth = 1_000_000

    /// `fmt.Sprintf`: text with verbs, and the errors of its use inside the text.
    mutating func appendFormatted(_ format: String, _ arguments: [TemplateValue]) {
        var reader = FormatReader(format: Array(format.utf8), arguments: arguments)
        while !isTooLong, let text = reader.textBeforeVerb() {
            write(text)
            guard reader.isAtVerb else { break }
            flags = reader.readFlags()
            reader.complaints.forEach { write($0) }
            reader.complaints = []
            appendVerb(&reader)
        }
        flags = Flags()
        if !reader.wasReordered, reader.next < arguments.count { appendExtra(arguments[reader.next...]) }
    }

    private mutating func appendVerb(_ reader: inout FormatReader) {
        guard let verb = reader.readVerb() else { return write("%!(NOVERB)") }
        if verb == "%" { return write("%") }
        if reader.hasBadIndex { return write("%!\(verb)(BADINDEX)") }
        guard let argument = reader.readArgument() else { return write("%!\(verb)(MISSING)") }
        if verb == "v" {
            (flags.sharpV, flags.sharp) = (flags.sharp, false)
            (flags.plusV, flags.plus) = (flags.plus, false)
        }
        append(argument, verb: verb)
    }

    private mutating func appendExtra(_ extra: ArraySlice<TemplateValue>) {
        write("%!(EXTRA ")
        for (index, value) in extra.enumerated() {
            if index > 0 { write(", ") }
            appendTyped(value)
        }
        write(")")
    }
}
