#if canImport(Glibc)
    import CGlibc
    import Glibc
    import Testing

    @testable import LapwingCommand

    @Suite struct `The thread that helps the first one` {
        private static let size = MemoryLayout<cpu_set_t>.size

        private func numbers(_ processors: cpu_set_t) -> Set<Int32> {
            withUnsafeBytes(of: processors) { bytes in
                Set((0..<Int32(bytes.count * 8)).filter { bytes[Int($0) / 8] & 1 << ($0 % 8) != 0 })
            }
        }

        @Test func `runs on any of the processors that the process may use, but the one it is asked for on`() {
            var allowed = cpu_set_t()
            #expect(sched_getaffinity(0, Self.size, &allowed) == 0)
            let all = numbers(allowed)
            for processor in all {
                let others = HelperThread.otherProcessors(than: processor)
                #expect((others.map(numbers) ?? []) == all.subtracting([processor]))
            }
            #expect(HelperThread.otherProcessors(than: 100_000).map(numbers) == all)
            #expect(HelperThread.otherProcessors(than: -1) == nil)
        }
    }
#endif
