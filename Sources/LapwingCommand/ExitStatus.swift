/// What the program's exit status says.
enum ExitStatus: Int32 {
    case success = 0
    /// The work found a failure.
    case failure = 1
    case usage = 2
    /// Lint findings alone.
    case lint = 3
}
