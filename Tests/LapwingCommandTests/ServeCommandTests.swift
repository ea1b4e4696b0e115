import LapwingServer
import Testing

@testable import LapwingCommand

@Suite struct `The flags of serve` {
    /// A size of 0 kept the last minute alone; both flags take 0 as Prometheus' do.
    @Test(arguments: [
        ([], nil, nil), (["--retention", "0s"], nil, nil), (["--retention-size", "0"], nil, nil), (["--retention-size=0B"], nil, nil),
        (["--retention=0s", "--retention-size=1KB"], Duration.zero, 1024), (["--retention=2h", "--retention-size=1KB"], .seconds(7200), 1024),
    ] as [([String], Duration?, Int?)])
    func `say what is kept`(words: [String], time: Duration?, size: Int?) throws {
        let configuration = try ServeCommand.configuration(try Arguments(words, for: CommandTable.serve))
        #expect(configuration.retention == time && configuration.retentionSize == size)
    }
}
