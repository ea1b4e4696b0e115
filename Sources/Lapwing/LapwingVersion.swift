/// Which version of lapwing this is.
public enum LapwingVersion {
    public static let text = "0.1.0"
}
