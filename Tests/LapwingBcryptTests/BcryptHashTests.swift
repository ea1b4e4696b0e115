import LapwingBcrypt
import Testing

struct BcryptHashTests {
    /// Published with the original implementation and with Openwall's crypt_blowfish.
    @Test(
        arguments: [
            ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
            ("U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
            ("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"),
            ("", "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s."),
        ])
    func `published vectors match, and no other password does`(password: String, text: String) throws {
        let hash = try #require(BcryptHash(text))
        #expect(hash.matches(Array(password.utf8)))
        #expect(!hash.matches(Array((password + "x").utf8)))
    }

    @Test(arguments: ["", "$", "$2a$05$short", "$1$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "$2a$99$" + String(repeating: "C", count: 53)])
    func `what is no hash is refused`(text: String) { #expect(BcryptHash(text) == nil) }
}
