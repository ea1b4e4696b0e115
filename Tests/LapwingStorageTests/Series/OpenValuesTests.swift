import Testing

@testable import LapwingStorage

@Suite struct OpenValuesTests {
    @Test func `values stay where they are when room is made for more series and more samples`() {
        var values = OpenValues()
        var expected: [[Double]] = []
        for count in 1...SeriesPage.capacity {
            values.widen(to: count)
            expected.append([])
            values.deepen(to: count)
            for place in 0..<count {
                values[place, count - 1] = Double(100 * place + count)
                while expected[place].count < count { expected[place].append(0) }
                expected[place][count - 1] = Double(100 * place + count)
            }
        }
        for place in 0..<SeriesPage.capacity {
            var column = [-1.0]
            values.append(0..<SeriesPage.capacity, of: place, to: &column)
            #expect(column == [-1] + expected[place], "of series \(place)")
        }
    }

    @Test func `a full page takes no more than its values`() {
        var values = OpenValues()
        for count in 1...SeriesPage.capacity { values.widen(to: count) }
        values.deepen(to: 52)
        #expect(values.byteCount < SeriesPage.capacity * 53 * MemoryLayout<Double>.stride)
    }

    @Test func `what moves to the front leaves other series alone`() {
        var values = OpenValues()
        values.widen(to: 3)
        values.deepen(to: 5)
        for place in 0..<3 { for sample in 0..<5 { values[place, sample] = Double(10 * place + sample) } }
        values.moveToFront(2, from: 3, of: 1)
        var columns: [[Double]] = [[], [], []]
        for place in 0..<3 { values.append(0..<2, of: place, to: &columns[place]) }
        #expect(columns == [[0, 1], [13, 14], [20, 21]])
    }
}
