import Foundation
import FuzzTargets
import SeededRandom
import Testing

/// Inputs for each target: some to begin with, and each that a fuzzer found, as `Corpus/TARGET/NAME`.
@Suite struct `What reads bytes from outside` {
    static let corpus = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")

    private static func inputs(_ target: FuzzTarget) throws -> [(name: String, bytes: [UInt8])] {
        let folder = corpus.appending(path: target.rawValue)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
            (name, Array(try Data(contentsOf: folder.appending(path: name))))
        }
    }

    @Test(arguments: FuzzTarget.allCases) func `holds together for every input of the corpus`(target: FuzzTarget) throws {
        let inputs = try Self.inputs(target)
        #expect(!inputs.isEmpty)
        for input in inputs {
            let start = ContinuousClock.now
            #expect(target.fault(in: input.bytes) == nil, "\(input.name)")
            #expect(start.duration(to: .now) < .seconds(10), "\(input.name)")
        }
    }

    @Test(arguments: FuzzTarget.allCases) func `holds together for mutations of the corpus`(target: FuzzTarget) throws {
        var random = Mutations(seed: UInt64.random(in: 0 ... .max))
        let seed = random.seed
        let inputs = try Self.inputs(target).map(\.bytes)
        for round in 0..<400 {
            let input = random.mutation(of: inputs)
            let fault = target.fault(in: input)
            #expect(fault == nil, "seed \(seed), round \(round): \(String(decoding: input, as: UTF8.self).debugDescription)")
        }
    }
}

/// Inputs cut, doubled, crossed and overwritten, the same for the same seed.
struct Mutations {
    let seed: UInt64
    private var random: SeededGenerator

    init(seed: UInt64) {
        self.seed = seed
        random = SeededGenerator(seed)
    }

    private mutating func below(_ bound: Int) -> Int { random.below(bound) }

    mutating func mutation(of inputs: [[UInt8]]) -> [UInt8] {
        var bytes = inputs[below(inputs.count)]
        for _ in 0...below(4) {
            let place = below(bytes.count + 1)
            let end = min(bytes.count, place + below(12))
            switch below(5) {
            case 0: bytes.removeSubrange(place..<end)
            case 1: bytes.insert(contentsOf: bytes[place..<end], at: below(bytes.count + 1))
            case 2: bytes.insert(UInt8(below(256)), at: place)
            case 3 where place < bytes.count: bytes[place] = UInt8(below(256))
            default:
                let other = inputs[below(inputs.count)]
                let start = below(other.count + 1)
                bytes.insert(contentsOf: other[start..<min(other.count, start + below(24))], at: place)
            }
        }
        return bytes
    }
}
