import LapwingSeries

extension ProtobufReader {
    /// The message of a name and a value that stands here: a label, in all of Prometheus' messages.
    mutating func label() throws(Fault) -> Label {
        let outer = try enter()
        var label = Label(name: "", value: "")
        while let field = try self.field() {
            switch (field.number, field.type) {
            case (1, .bytes): label.name = try text()
            case (2, .bytes): label.value = try text()
            default: try skip(field.type)
            }
        }
        leave(outer)
        return label
    }
}
