extension [UInt8] {
    /// A copy that takes no more memory than it needs: for what is made in memory with room to grow, and is to live long.
    ///
    /// Making an array of the whole of another shares its memory, room to grow included.
    public func exactCopy() -> [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(count)
        copy.append(contentsOf: self)
        return copy
    }
}
