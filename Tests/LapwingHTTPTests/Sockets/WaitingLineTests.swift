import Testing

@testable import LapwingHTTP

// Beyond what threads could do at once the line grew for as long as it never got empty: closures that were done were kept.
@Suite struct `A line of those that wait` {
    @Test func `is one of first come, first served, and keeps no more places than it needs`() {
        var line = WaitingLine<Int>()
        #expect(line.takeFirst() == nil)
        for number in 0..<10 { line.append(number) }
        for number in 10..<100_000 {
            line.append(number)
            #expect(line.takeFirst() == number - 10)
            #expect(line.placeCount <= 128)
        }
        for number in 99_990..<100_000 { #expect(line.takeFirst() == number) }
        #expect(line.takeFirst() == nil && line.placeCount == 0)
    }
}
