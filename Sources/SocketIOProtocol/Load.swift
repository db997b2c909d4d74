/// How much waits to be sent.
package struct Load: Sendable, Equatable {
    package var messages = 0
    package var bytes = 0

    package init() {}

    package init(messages: Int, bytes: Int) {
        self.messages = messages
        self.bytes = bytes
    }

    package static func + (a: Load, b: Load) -> Load {
        Load(messages: a.messages + b.messages, bytes: a.bytes + b.bytes)
    }

    package static func += (a: inout Load, b: Load) { a = a + b }

    package static func - (a: Load, b: Load) -> Load {
        Load(messages: a.messages - b.messages, bytes: a.bytes - b.bytes)
    }

    package static func -= (a: inout Load, b: Load) { a = a - b }
}
