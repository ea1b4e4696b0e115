/// A password as bcrypt keeps it: `$2b$10$`, 22 letters of salt, 31 of hash.
public struct BcryptHash: Sendable, Hashable {
    /// Each step doubles the work; 31 would take days.
    public static let costs = 4...31

    /// Bytes of a password that count; what follows them changes nothing.
    static let maximumPassword = 72

    public let cost: Int
    let salt: [UInt8]
    let hash: [UInt8]

    /// - Returns: nil when the text is no hash of the kinds `2a`, `2b` and `2y`.
    public init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].isEmpty, ["2a", "2b", "2y"].contains(parts[1]) else { return nil }
        guard parts[2].utf8.count == 2, let cost = Int(parts[2]), Self.costs.contains(cost), parts[3].utf8.count == 53 else { return nil }
        let letters = Array(parts[3].utf8)
        guard let salt = Self.decoded(letters[..<22]), let hash = Self.decoded(letters[22...]) else { return nil }
        self.cost = cost
        self.salt = Array(salt.prefix(16))
        self.hash = Array(hash.prefix(23))
    }

    /// Whether this is the hash of a password; takes as long for any that is not.
    ///
    /// - Complexity: O(2^cost).
    public func matches(_ password: [UInt8]) -> Bool {
        let computed = Self.hash(password, salt: salt, cost: cost)
        var difference: UInt8 = 0
        for (a, b) in zip(computed, hash) { difference |= a ^ b }
        return difference == 0 && computed.count == hash.count
    }

    private static func hash(_ password: [UInt8], salt: [UInt8], cost: Int) -> [UInt8] {
        let cipher = Blowfish(key: Array((password + [0]).prefix(maximumPassword)), salt: salt, cost: cost)
        let text = Array("OrpheanBeholderScryDoubt".utf8)
        var bytes: [UInt8] = []
        for block in stride(from: 0, to: text.count, by: 8) {
            var left = text[block..<(block + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            var right = text[(block + 4)..<(block + 8)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            for _ in 0..<64 { cipher.encrypt(&left, &right) }
            for word in [left, right] { for shift in [24, 16, 8, 0] { bytes.append(UInt8(word >> UInt32(shift) & 0xFF)) } }
        }
        return Array(bytes.prefix(23))
    }

    private static let alphabet = Array("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    private static func decoded(_ letters: ArraySlice<UInt8>) -> [UInt8]? {
        var (bytes, bits, count): ([UInt8], Int, Int) = ([], 0, 0)
        for letter in letters {
            guard let value = alphabet.firstIndex(of: letter) else { return nil }
            bits = (bits << 6 | value) & 0xFFFF
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(bits >> count & 0xFF))
            }
        }
        return bytes
    }
}
