// Unsafe memory: the fuzzing engine hands over its input as a pointer and a length, and takes the arguments of `main`.
import CFuzzer
import FuzzTargets
import Glibc

/// `Fuzz TARGET [libFuzzer's arguments]`: inputs guided by coverage, until one shows a fault or traps.
@main
enum Fuzz {
    static func main() {
        let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
        guard let name = CommandLine.arguments.dropFirst().first, let target = FuzzTarget(rawValue: name) else {
            print("usage: Fuzz TARGET [-max_total_time=SECONDS …] [CORPUS …]; targets: \(names)")
            exit(2)
        }
        chosen = target
        var count = CommandLine.argc - 1
        // The engine shows the name of the program, and passes over it.
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
        exit(LLVMFuzzerRunDriver(&count, &arguments) { data, size in
            let bytes = Array(UnsafeBufferPointer(start: data, count: size))
            if let fault = Fuzz.chosen.fault(in: bytes) {
                print("fault: \(fault)")
                fflush(nil)
                abort()
            }
            return 0
        })
    }

    /// Set once, before the engine starts, which is all on one thread.
    nonisolated(unsafe) private static var chosen = FuzzTarget.query
}
