/// Numbers of things, as a sentence has them.
public enum Counted {
    /// `1 rule`, `2 rules`.
    public static func text(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
