import Testing

@testable import LapwingHTTP

@Suite struct `The limit of descriptors` {
    @Test(arguments: [
        (limit: 16, reserve: 4, half: 6, isReserved: 12), (100, 25, 37, 75), (256, 64, 96, 192), (1024, 128, 448, 896), (8192, 1024, 3584, 7168),
        (524_288, 1024, 261_632, 523_264),
    ])
    func `is shared so that sockets never take the last`(limit: Int, reserve: Int, half: Int, isReserved: Int32) {
        #expect(DescriptorLimit.reserve(of: limit) == reserve)
        #expect(DescriptorLimit.share(2, of: limit) == half)
        #expect(DescriptorLimit.isReserved(isReserved, of: limit))
        #expect(!DescriptorLimit.isReserved(isReserved - 1, of: limit))
    }

    @Test func `holds for the smallest there is`() {
        #expect(DescriptorLimit.share(8, of: 0) == 1)
        #expect(DescriptorLimit.isReserved(0, of: 0))
    }
}
