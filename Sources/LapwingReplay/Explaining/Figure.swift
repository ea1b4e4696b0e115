import LapwingText

/// Numbers as a sentence names them: six significant digits.
public enum Figure {
    public static func text(_ value: Double) -> String {
        GoNumber.text(GoNumber.parse(GoNumber.text(value, .general, precision: 6)) ?? value)
    }
}
