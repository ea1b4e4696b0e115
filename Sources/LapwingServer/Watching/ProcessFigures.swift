import Lapwing
import LapwingHTTP
import LapwingSeries
import LapwingSystem

/// What the system knows of this process, under the names that all of Prometheus' clients use; nothing where there is no `/proc`.
enum ProcessFigures {
    static var threads: Int? { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task"))?.count }

    static func describe(in instruments: Instruments, start: Double) {
        guard fields != nil else { return }
        // The numbers of proc(5), from which 3 are taken: the list begins behind the process' name.
        instruments.observe("process_cpu_seconds_total", kind: .counter, help: "Processor time spent, in seconds.") {
            (field(11) + field(12)) / Double(sysconf(Int32(_SC_CLK_TCK)))
        }
        instruments.observe("process_virtual_memory_bytes", help: "Virtual memory.") { field(20) }
        instruments.observe("process_resident_memory_bytes", help: "Memory that is in use.") { field(21) * Double(sysconf(Int32(_SC_PAGESIZE))) }
        instruments.observe("process_open_fds", help: "Open file descriptors.") {
            Double((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count ?? 0)
        }
        instruments.observe("process_max_fds", help: "How many file descriptors may be open.") { Double(DescriptorLimit.current) }
        instruments.gauge("process_start_time_seconds", help: "When the process started, in seconds since the epoch.").set(start)
    }

    private static func field(_ index: Int) -> Double {
        guard let fields, index < fields.count else { return 0 }
        return fields[index]
    }

    private static var fields: [Double]? {
        guard let data = FileManager.default.contents(atPath: "/proc/self/stat"), let end = data.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        return String(decoding: data[data.index(after: end)...], as: UTF8.self).split(separator: " ").map { Double($0) ?? 0 }
    }
}
