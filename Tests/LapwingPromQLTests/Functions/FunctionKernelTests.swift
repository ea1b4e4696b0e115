import Testing

@testable import LapwingPromQL

@Suite struct `The table of kernels` {
    @Test func `has every function but those that the plan settles`() {
        let settled: Set<String> = ["start", "end", "step", "range"]
        let missing = Function.all.map(\.name).filter { FunctionKernel.named($0) == nil && !settled.contains($0) }
        #expect(missing.isEmpty)
        #expect(Function.all.count == 90)
    }
}
