/// Something small that is kept by a key; without a value it is taken away.
public struct Note: Sendable, Hashable {
    public var key: String
    public var value: [UInt8]?

    public init(_ key: String, _ value: [UInt8]?) {
        self.key = key
        self.value = value
    }
}

/// Something that keeps notes: state that must survive as samples do.
public protocol NoteKeeper: Sendable {
    /// Keeps all of these or, when it throws, none; of one key the newest value holds.
    func setNotes(_ notes: [Note]) throws(AppendError)

    /// What is kept by keys that begin so, in the order of their bytes.
    func notes(beginning prefix: String) -> [Note]

    /// Returns when what was kept survives the machine's end too.
    func syncNotes() throws(AppendError)
}

/// Keeps nothing: for a process without a data directory.
public struct ForgetfulNoteKeeper: NoteKeeper {
    public init() {}

    public func setNotes(_ notes: [Note]) throws(AppendError) {}

    public func notes(beginning prefix: String) -> [Note] { [] }

    public func syncNotes() throws(AppendError) {}
}
