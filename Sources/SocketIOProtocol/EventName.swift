/// The names that an event of the user's cannot have.
package enum EventName {
    private static let reserved: [StaticString] = [
        "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener",
    ]

    package static func isReserved(_ name: String) -> Bool {
        var name = name
        return name.withUTF8(isReserved)
    }

    package static func isReserved(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        reserved.contains { word in
            word.utf8CodeUnitCount == name.count
                && name.elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
        }
    }
}
