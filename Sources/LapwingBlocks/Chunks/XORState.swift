/// A float that is written as its difference, by exclusive or, from the one before: what the next difference goes by.
struct XORState {
    var bits: UInt64
    var leading = 0
    var trailing = 0

    init(bits: UInt64 = 0) { self.bits = bits }

    var value: Double { Double(bitPattern: bits) }
}

extension BitReader {
    /// The next float: the same; or other bits in the window of the last change; or a window of its own.
    ///
    /// Source: Prometheus 3.14 `tsdb/chunkenc/xor.go`, `xorRead`.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func exclusiveOr(_ state: inout XORState) throws(DamagedBytes) {
        let word = window()
        if word &>> 63 == 0 {
            position &+= 1
        } else if word &>> 62 == 0b10 {
            position &+= 2
            changeInWindow(&state)
        } else {
            position &+= 2
            try changeInNewWindow(&state)
        }
    }

    @inline(__always)
    @_lifetime(self: copy self)
    mutating func changeInWindow(_ state: inout XORState) {
        let width = 64 &- state.leading &- state.trailing
        state.bits ^= bits(width) &<< UInt64(truncatingIfNeeded: state.trailing)
    }

    @_lifetime(self: copy self)
    mutating func changeInNewWindow(_ state: inout XORState) throws(DamagedBytes) {
        let leading = Int(bits(5))
        let announced = Int(bits(6))
        let width = announced == 0 ? 64 : announced
        guard leading + width <= 64 else { throw damage("a value has \(leading) bits before \(width) that differ, together above 64") }
        state.leading = leading
        state.trailing = 64 - leading - width
        changeInWindow(&state)
    }

    func damage(_ what: String) -> DamagedBytes { DamagedBytes(what, at: min(position, end) / 8) }

    func ended(afterSample index: Int, of count: Int) -> DamagedBytes {
        damage("a chunk of \(count) samples ends in the middle of sample \(index + 1)")
    }
}
