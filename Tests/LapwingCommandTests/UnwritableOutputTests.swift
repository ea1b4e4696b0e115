import Foundation
import Testing

// Foundation's FileHandle traps in `write`, so a full disk under the log ended alerting, and every command but export crashed.
#if os(Linux)
@Suite struct `Output that cannot be written` {
    @Test(arguments: ["--version", "--help", "format up", "check metrics bad.txt", "query --data page.txt --time 1 m", "test --help"])
    func `ends a command with one line and status 1`(command: String) throws {
        let folder = try temporaryFolder()
        try Data("m 1 1000\n".utf8).write(to: folder.appending(path: "page.txt"))
        try Data("m_total\n".utf8).write(to: folder.appending(path: "bad.txt"))
        let outcome = try BuiltProgram.shell("lapwing \(command) > /dev/full", in: folder)
        #expect(outcome.status == 1)
        #expect(outcome.error.hasPrefix("lapwing: the output cannot be written: "), "\(outcome.error)")
        #expect(outcome.error.split(separator: "\n").count == 1)
    }

    @Test func `is no reason to end where it is a diagnostic`() throws {
        let outcome = try BuiltProgram.shell("lapwing format 'x +' up 2>/dev/full", in: try temporaryFolder())
        #expect(outcome.status == 1 && outcome.output == "up\n")
    }

    @Test(arguments: ["serve --in-memory", "serve --demo"])
    func `does not end a server`(command: String) throws {
        let line = "lapwing \(command) --listen 127.0.0.1:0 >/dev/full 2>/dev/full & sleep 2; kill -0 $! && echo runs; kill -TERM $!; wait $!"
        let outcome = try BuiltProgram.shell(line, in: try temporaryFolder())
        #expect(outcome.status == 0 && outcome.output == "runs\n", "\(outcome)")
    }

    @Test func `is a closed pipe's without a word`() throws {
        let line = "{ lapwing --help; echo $? >&2; } 2>status | true; cat status"
        let outcome = try BuiltProgram.shell(line, in: try temporaryFolder())
        #expect(["0\n", "141\n"].contains(outcome.output), "\(outcome.output)")
    }
}
#endif
