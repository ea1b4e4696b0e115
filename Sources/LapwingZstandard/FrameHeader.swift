/// What stands before the blocks of a frame.
struct FrameHeader {
    /// Bytes of the frame, where it says so.
    private(set) var contentSize: UInt64?
    let hasChecksum: Bool

    init(_ cursor: inout ByteCursor) throws(ZstandardError) {
        let flags = try cursor.byte()
        guard flags & 8 == 0 else { throw cursor.damage("a frame asks for something unknown") }
        hasChecksum = flags & 4 != 0
        let isSingle = flags & 32 != 0
        if !isSingle { _ = try cursor.byte() }
        let dictionary = try cursor.number([0, 1, 2, 4][flags & 3])
        if dictionary != 0 { throw .needsDictionary(dictionary) }
        switch flags >> 6 {
        case 0: contentSize = isSingle ? try cursor.number(1) : nil
        case 1: contentSize = try cursor.number(2) + 256
        case 2: contentSize = try cursor.number(4)
        default: contentSize = try cursor.number(8)
        }
    }
}
