/// Which scalars differ only in case: the orbits of Unicode's simple folding.
enum CaseFolding {
    /// `set` with every scalar that differs from one of its own in case alone.
    /// - Complexity: O(ranges) for ASCII, O(scalars with case) beyond it.
    static func closed(_ set: ScalarSet) -> ScalarSet {
        guard let last = set.ranges.last, set != .all else { return set }
        var ranges = set.ranges
        for capital in UInt32(0x41)...0x5A {
            let small = capital | 0x20
            let beyond = beyondASCII[capital]
            guard set.contains(capital) || set.contains(small) || beyond.map(set.contains) == true else { continue }
            ranges += [capital...capital, small...small]
            if let beyond { ranges.append(beyond...beyond) }
        }
        if last.upperBound >= 0x80 {
            for (scalar, orbit) in orbits where set.contains(scalar) { ranges += orbit.map { $0...$0 } }
        }
        return ScalarSet(ranges)
    }

    /// The third members of orbits in ASCII: the Kelvin sign and the long s.
    private static let beyondASCII: [UInt32: UInt32] = [0x4B: 0x212A, 0x53: 0x17F]

    /// The orbits of more than one scalar that have members beyond ASCII, by each member.
    ///
    /// Simple folding is what the one-scalar case mappings lead to and fro, but for the Turkish letters I.
    private static let orbits: [UInt32: [UInt32]] = {
        var orbits: [UInt32: [UInt32]] = [:]
        for value in UInt32(0x80)...lastWithCase where value != 0x130 && value != 0x131 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let properties = scalar.properties
            guard properties.changesWhenCaseMapped || properties.changesWhenCaseFolded else { continue }
            for text in [properties.lowercaseMapping, properties.uppercaseMapping, properties.titlecaseMapping] {
                let mapped = text.unicodeScalars
                guard mapped.count == 1, let other = mapped.first?.value, other != value else { continue }
                let orbit = Set((orbits[value] ?? [value]) + (orbits[other] ?? [other])).sorted()
                for member in orbit { orbits[member] = orbit }
            }
        }
        return orbits
    }()

    /// The last scalar that has a case, in Unicode 17.
    private static let lastWithCase: UInt32 = 0x1E943
}
