/// The flags that this program was started with.
enum Flags {
    /// The value of a flag, `--flag VALUE`; nil where it is not given.
    static func text(_ flag: String) -> String? {
        guard let place = CommandLine.arguments.firstIndex(of: flag), place + 1 < CommandLine.arguments.count else { return nil }
        return CommandLine.arguments[place + 1]
    }

    static func has(_ flag: String) -> Bool { CommandLine.arguments.contains(flag) }
}
