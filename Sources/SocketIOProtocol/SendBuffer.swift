/// Events that wait until their namespace is connected.
struct SendBuffer {
    private struct Entry {
        let packet: OutgoingPacket
        let ackID: UInt64?
    }

    private var entries: ArraySlice<Entry> = []
    private(set) var load = Load()

    var isEmpty: Bool { entries.isEmpty }
    var packets: some Sequence<OutgoingPacket> { entries.lazy.map { $0.packet } }
    var ackIDs: some Sequence<UInt64> { entries.lazy.compactMap(\.ackID) }

    mutating func append(_ packet: OutgoingPacket, ackID: UInt64?) {
        entries.append(Entry(packet: packet, ackID: ackID))
        load += packet.load
    }

    mutating func takeAll() -> [OutgoingPacket] {
        defer { self = SendBuffer() }
        return Array(packets)
    }

    /// Takes out the oldest; returns the id of its acknowledgement, if it has one.
    mutating func dropFirst() -> UInt64? {
        guard let first = entries.popFirst() else { return nil }
        load -= first.packet.load
        return first.ackID
    }

    /// Takes out those that wait for one of these acknowledgements.
    mutating func remove(ackIDs: Set<UInt64>) {
        entries.removeAll { entry in
            guard let id = entry.ackID, ackIDs.contains(id) else { return false }
            load -= entry.packet.load
            return true
        }
    }
}
