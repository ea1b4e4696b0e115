/// What a comparison prints: a row for each query, and where lapwing loses or falls short.
struct ComparisonTable {
    let rows: [Comparison.Row]
    let figures: [[Peer: Comparison.Figure]]
    let fleet: PeerFleet
    let runs: Int

    func show() {
        print("\nMedians of \(runs) over HTTP in ms, in brackets ms of CPU per query; × is how many times lapwing is faster (to reach).\n")
        var lines = [["query", "bytes"] + Peer.allCases.map(\.title) + ["× Prometheus", "× VictoriaMetrics", ""]]
        for (row, figures) in zip(rows, figures) {
            var cells = [row.name, "\(figures.values.map(\.bytes).max() ?? 0)"]
            cells += Peer.allCases.map { figures[$0].map { "\(Printing.digits($0.milliseconds)) (\(Printing.digits($0.processorMilliseconds)))" } ?? "-" }
            cells += [Peer.prometheus, .victoriaMetrics].map { ratioText(row, figures, to: $0) }
            lines.append(cells + [verdict(row, figures)])
        }
        lines.append(["peak memory, MiB", ""] + Peer.allCases.map { fleet.server($0).map { Printing.digits($0.peakMebibytes) } ?? "-" } + ["", "", ""])
        Printing.show(lines)
        sumUp()
    }

    /// How many times lapwing is faster than a peer.
    private func ratio(_ figures: [Peer: Comparison.Figure], to peer: Peer) -> Double? {
        guard let one = figures[peer]?.milliseconds, let two = figures[.lapwing]?.milliseconds, one > 0, two > 0 else { return nil }
        return one / two
    }

    private func ratioText(_ row: Comparison.Row, _ figures: [Peer: Comparison.Figure], to peer: Peer) -> String {
        let target = row.targets[peer].map { " (\(Printing.text($0, 0)))" } ?? ""
        return (ratio(figures, to: peer).map { Printing.digits($0) } ?? "-") + target
    }

    private func verdict(_ row: Comparison.Row, _ figures: [Peer: Comparison.Figure]) -> String {
        let ratios = [Peer.prometheus, .victoriaMetrics].compactMap { peer in ratio(figures, to: peer).map { (peer, $0) } }
        if ratios.isEmpty { return "not compared" }
        if ratios.contains(where: { $0.1 < 1 }) { return "lapwing LOSES" }
        if row.targets.isEmpty { return "" }
        return ratios.allSatisfy { $0.1 >= row.targets[$0.0] ?? 1 } ? "reached" : "not reached"
    }

    private func sumUp() {
        let verdicts = zip(rows, figures).map { ($0, verdict($0, $1)) }
        let lost = verdicts.filter { $0.1 == "lapwing LOSES" }.map(\.0.name)
        let short = verdicts.filter { $0.1 == "not reached" }.map(\.0.name)
        print("\n\(verdicts.count { $0.1 == "reached" }) reached, \(short.count) not reached, \(lost.count) lost.")
        if !lost.isEmpty { print("lapwing loses: \(lost.joined(separator: "; ")).") }
        if !short.isEmpty { print("Short of the target: \(short.joined(separator: "; ")).") }
        let names = ["instant rate, 5 minutes of the long", "instant rate, 30 days of the long"]
        let costs = names.compactMap { name in rows.firstIndex { $0.name == name }.flatMap { figures[$0][.lapwing]?.milliseconds } }
        if costs.count == 2 { print("30 days cost lapwing \(Printing.digits(costs[1] / costs[0])) times what 5 minutes do (at most 3).") }
        if let peak = fleet.server(.lapwing)?.peakMebibytes { print("lapwing's peak memory: \(Printing.digits(peak)) MiB, its data included.") }
    }
}
