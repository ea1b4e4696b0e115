import LapwingSeries
import SeededRandom
import Testing

@testable import LapwingPromQL

@Suite struct RateTests {
    /// A series with jitter, and gaps and resets as chance has it.
    private func columns(_ random: inout SeededGenerator, resets: Int, gaps: Int, first: Double) -> SampleColumns {
        var columns = SampleColumns()
        var (time, value) = (Int64(0), first)
        for _ in 0..<300 {
            time += 15_000 + (gaps > 0 && random.below(gaps) == 0 ? Int64(random.below(400_000)) : 0)
            value = resets > 0 && random.below(resets) == 0 ? 0 : value + Double(random.below(9))
            columns.times.append(time + Int64(random.below(11)))
            columns.values.append(value)
        }
        return columns
    }

    /// Every third cell of a kernel's row, and what its window gives alone.
    private func rows(
        _ kernel: WindowKernel, _ columns: SampleColumns, step: Int64, window: Int64
    ) -> (together: [Double], alone: [Double]) {
        func row(_ grid: StepGrid) -> [Double] {
            var scratch = WindowScratch(WindowFrame(grid: grid, shift: TimeShift(), window: window))
            scratch.columns = columns
            scratch.prepareColumns()
            scratch.updateBounds()
            var row = [Double](repeating: 0, count: grid.count)
            kernel.fill(&row, &scratch, [])
            return row
        }
        let grid = StepGrid(start: 0, step: step, count: Int(5_000_000 / step))
        let alone = stride(from: 0, to: grid.count, by: 3).map { row(StepGrid(start: grid.time($0), step: 1, count: 1))[0] }
        let together = row(grid)
        return (stride(from: 0, to: grid.count, by: 3).map { together[$0] }, alone)
    }

    @Test(arguments: [WindowKernel.rate, .increase, .delta])
    func `windows come out together as they do one by one`(kernel: WindowKernel) {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed)
        for (resets, gaps, first) in [(0, 0, 1e6), (0, 0, 0), (0, 50, 3), (40, 0, 1e6), (200, 80, 10), (0, 0, -1e6)] {
            let columns = columns(&random, resets: resets, gaps: gaps, first: first)
            for (step, window) in [(Int64(15_000), Int64(300_000)), (60_000, 300_000), (7_000, 31_000), (15_000, 14_000)] {
                let rows = rows(kernel, columns, step: step, window: window)
                for place in rows.alone.indices where rows.alone[place].bitPattern != rows.together[place].bitPattern {
                    let data = "resets \(resets), gaps \(gaps), first \(first), seed \(seed)"
                    Issue.record("\(rows.together[place]), not \(rows.alone[place]), at step \(3 * place) of \(step) ms; \(data)")
                    return
                }
            }
        }
    }

    @Test(arguments: [
        ([1, 1, 2, .infinity], true), ([0, 0], true), ([3], true), ([2, 1], false), ([1, .nan, 2], false), ([1, StaleMarker.value], false),
        ([.nan], false), ([-1, 1], false), ([5, -1, -1e300, 1e-300, 6], false), ([], false), ([-0.0, 0], false),
    ])
    func `values ascend where none falls, lies below nought or is NaN`(values: [Double], ascend: Bool) {
        var columns = SampleColumns()
        columns.values = values
        columns.times = values.indices.map { Int64($0) }
        #expect(columns.ascends == ascend)
    }

    @Test func `a fall is seen wherever it lies`() {
        for place in 1..<700 {
            var columns = SampleColumns()
            columns.values = (0..<700).map { Double($0 < place ? $0 + 1 : $0 - 1) }
            columns.times = (0..<700).map { Int64($0) }
            #expect(!columns.ascends, "a fall at \(place)")
        }
    }
}
