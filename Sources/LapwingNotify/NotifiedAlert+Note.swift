import LapwingSeries

extension NotifiedAlert {
    /// labels · annotations (pairs) · starts (time) · ends (optional time) · valid until (time) · link (text) · value (double)
    func write(to note: inout NoteWriter) {
        note.labels(labels)
        note.pairs(annotations)
        note.time(startsAt)
        note.time(endsAt as Timestamp?)
        note.time(validUntil)
        note.text(generatorURL)
        note.double(value)
    }

    init(from note: inout NoteReader) throws(NoteReader.Malformed) {
        self.init(
            labels: try note.labels(), annotations: try note.pairs(), startsAt: try note.time(), endsAt: try note.optionalTime(),
            validUntil: try note.time(), generatorURL: try note.text(), value: try note.double())
    }
}

/// The version of the notes of this module; a note of another is told and left out.
enum NoteVersion {
    static let current: UInt8 = 1
}
