/// Which scalars differ only in case: the orbits of Unicode's simple folding.
enum CaseFolding {
    /// `set` with every scalar that folds to one of its own.
    static func closed(_ set: ScalarSet) -> ScalarSet {
        var ranges = set.ranges
        for range in set.ranges {
            // Ranges over most of Unicode hold the orbits of their members already, but for the few below.
            let folded = range.count > 4096 ? Array(range.prefix(4096)) : Array(range)
            for scalar in folded { for other in orbit(scalar) { ranges.append(other...other) } }
        }
        return ScalarSet(ranges)
    }

    /// The scalars that differ from this one in case alone, itself among them.
    static func orbit(_ value: UInt32) -> [UInt32] {
        if value < 0x80 {
            switch value {
            case 0x41...0x5A: return extras(value | 0x20) + [value, value | 0x20]
            case 0x61...0x7A: return extras(value) + [value, value & ~0x20]
            default: return [value]
            }
        }
        guard let scalar = Unicode.Scalar(value) else { return [value] }
        var orbit: Set<UInt32> = [value]
        var pending = [scalar]
        while let next = pending.popLast() {
            for text in [next.properties.lowercaseMapping, next.properties.uppercaseMapping, next.properties.titlecaseMapping] {
                let scalars = text.unicodeScalars
                if scalars.count == 1, let only = scalars.first, orbit.insert(only.value).inserted { pending.append(only) }
            }
            for (folded, others) in irregular where folded == next.value || others.contains(next.value) {
                for other in [folded] + others where orbit.insert(other).inserted {
                    if let scalar = Unicode.Scalar(other) { pending.append(scalar) }
                }
            }
        }
        return orbit.sorted()
    }

    private static func extras(_ lower: UInt32) -> [UInt32] { lower == 0x6B ? [0x212A] : lower == 0x73 ? [0x17F] : [] }

    /// Orbits whose members the case mappings do not all lead back to.
    private static let irregular: [(UInt32, [UInt32])] = [
        (0x6B, [0x4B, 0x212A]), (0x73, [0x53, 0x17F]), (0xE5, [0xC5, 0x212B]), (0xB5, [0x3BC, 0x39C]), (0x3B2, [0x392, 0x3D0]),
        (0x3B5, [0x395, 0x3F5]), (0x3B8, [0x398, 0x3D1, 0x3F4]), (0x3B9, [0x399, 0x345, 0x1FBE]), (0x3BA, [0x39A, 0x3F0]),
        (0x3C0, [0x3A0, 0x3D6]), (0x3C1, [0x3A1, 0x3F1]), (0x3C3, [0x3A3, 0x3C2]), (0x3C6, [0x3A6, 0x3D5]), (0x3C9, [0x3A9, 0x2126]),
        (0x1E61, [0x1E60, 0x1E9B]), (0xDF, [0x1E9E]),
    ]
}
