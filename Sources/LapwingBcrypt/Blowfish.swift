/// The cipher with the costly key schedule of bcrypt.
///
/// Source: N. Provos, D. Mazières, A Future-Adaptable Password Scheme (1999), sections 3 and 4.
struct Blowfish {
    private static let roundKeys = 18

    /// Round keys, then the four boxes.
    private var words = PiDigits.words

    /// - Parameter key: from 1 byte; repeated as often as needed.
    init(key: [UInt8], salt: [UInt8], cost: Int) {
        let keys = Self.words(of: key, count: Self.roundKeys)
        let salts = Self.words(of: salt, count: Self.roundKeys)
        expand(keys, Self.words(of: salt, count: 4))
        for _ in 0..<(1 << cost) {
            expand(keys, [0, 0, 0, 0])
            expand(salts, [0, 0, 0, 0])
        }
    }

    /// Bytes as words, the highest first, from the start again when they end.
    private static func words(of bytes: [UInt8], count: Int) -> [UInt32] {
        (0..<count).map { word in
            (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[(word * 4 + $1) % bytes.count]) }
        }
    }

    private mutating func expand(_ key: [UInt32], _ salt: [UInt32]) {
        for index in 0..<Self.roundKeys { words[index] ^= key[index] }
        var (left, right): (UInt32, UInt32) = (0, 0)
        for index in stride(from: 0, to: words.count, by: 2) {
            left ^= salt[index & 2]
            right ^= salt[index & 2 | 1]
            Self.encrypt(&left, &right, words)
            words[index] = left
            words[index + 1] = right
        }
    }

    func encrypt(_ left: inout UInt32, _ right: inout UInt32) { Self.encrypt(&left, &right, words) }

    private static func encrypt(_ left: inout UInt32, _ right: inout UInt32, _ words: [UInt32]) {
        var (a, b) = (left ^ words[0], right)
        for round in stride(from: 1, to: 17, by: 2) {
            b ^= mix(a, words) ^ words[round]
            a ^= mix(b, words) ^ words[round + 1]
        }
        (left, right) = (b ^ words[17], a)
    }

    private static func mix(_ x: UInt32, _ words: [UInt32]) -> UInt32 {
        let first = words[18 + Int(x >> 24)] &+ words[274 + Int(x >> 16 & 0xFF)]
        return (first ^ words[530 + Int(x >> 8 & 0xFF)]) &+ words[786 + Int(x & 0xFF)]
    }
}
