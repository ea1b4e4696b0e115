/// What is wrong with a message that came in: the status to answer with, and a sentence that says what was found.
struct HTTPFault: Error, Equatable, Sendable, CustomStringConvertible {
    let status: HTTPStatus
    let message: String

    init(_ status: HTTPStatus, _ message: String) {
        self.status = status
        self.message = message
    }

    var description: String { message }
}
