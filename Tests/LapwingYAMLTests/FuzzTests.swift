import LapwingText
import LapwingYAML
import SeededRandom
import Testing

/// Texts that nobody would write: the reader answers with a tree that holds together, or with a fault; it never traps.
struct FuzzTests {
    private func check(_ bytes: [UInt8], seed: UInt64) {
        let source = SourceText(name: "fuzz", bytes: bytes)
        do {
            for document in try YAML.documents(in: source) {
                let fault = TreeCheck.fault(of: document.root, in: source, within: nil)
                #expect(fault == nil, "seed \(seed): \(source.text.debugDescription)")
            }
        } catch {
            let range = error.diagnostics.first?.range
            let isInside = range.map { $0.lowerBound >= 0 && $0.upperBound <= bytes.count } ?? false
            #expect(isInside, "seed \(seed): \(source.text.debugDescription)")
            #expect(!error.description.isEmpty)
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `random marks of YAML are read or refused`(_ seed: UInt64) {
        var generator = SeededGenerator(seed)
        let alphabet = Array("ab:-?[]{},#&*!|>'\"%@`~ \n\t\\.\r<1+é".utf8) + Array(" \n  ".utf8)
        for _ in 0..<2_000 {
            let count = Int.random(in: 0...40, using: &generator)
            check((0..<count).map { _ in alphabet.randomElement(using: &generator) ?? 0x20 }, seed: seed)
        }
    }

    @Test func `random bytes are read or refused`() {
        let seed: UInt64 = 5
        var generator = SeededGenerator(seed)
        for _ in 0..<2_000 {
            let count = Int.random(in: 0...30, using: &generator)
            check((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }, seed: seed)
        }
    }

    @Test(.enabled(if: SuiteCases.root != nil, "yaml-test-suite is not at ../shared/corpora/yaml"))
    func `damaged cases of the suite are read or refused`() {
        let seed: UInt64 = 6
        var generator = SeededGenerator(seed)
        let cases = SuiteCases.all.map { $0.bytes("in.yaml") }
        for bytes in cases {
            for _ in 0..<12 {
                var damaged = bytes
                for _ in 0..<Int.random(in: 1...3, using: &generator) where !damaged.isEmpty {
                    let place = Int.random(in: 0..<damaged.count, using: &generator)
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: damaged.remove(at: place)
                    case 1:
                        damaged.insert(
                            Array(":-#[{}],'\"&* \n\t|".utf8).randomElement(using: &generator) ?? 0, at: place)
                    case 2: damaged.removeSubrange(place...)
                    default:
                        let other = cases.randomElement(using: &generator) ?? []
                        damaged.replaceSubrange(place..., with: other.suffix(20))
                    }
                }
                check(damaged, seed: seed)
            }
        }
    }
}
