/// Events that are sent one at a time, each until the server has acknowledged it. Node's option `retries`.
struct RetryQueue {
    private struct Entry {
        let packet: OutgoingPacket
        let ackID: UInt64
        let isAwaited: Bool
        let timeout: Duration
        var tries = 0
    }

    private let retries: Int
    private var entries: ArraySlice<Entry> = []
    /// Of the first event, while it is under way.
    private(set) var deadline: Duration?

    init(retries: Int) { self.retries = retries }

    private(set) var load = Load()
    var isEmpty: Bool { entries.isEmpty }
    var packets: some Sequence<OutgoingPacket> { entries.lazy.map { $0.packet } }

    var ackIDs: some Sequence<UInt64> { entries.lazy.map { $0.ackID } }

    /// Of the events whose answer somebody waits for.
    var awaitedIDs: [UInt64] { entries.filter(\.isAwaited).map(\.ackID) }

    mutating func append(_ packet: OutgoingPacket, ackID: UInt64, isAwaited: Bool, timeout: Duration) {
        entries.append(Entry(packet: packet, ackID: ackID, isAwaited: isAwaited, timeout: timeout))
        load += packet.load
    }

    /// The event to send now, if none is under way.
    mutating func next(now: Duration) -> OutgoingPacket? {
        guard deadline == nil, let first = entries.first else { return nil }
        entries[entries.startIndex].tries += 1
        deadline = now + first.timeout
        return first.packet
    }

    mutating func remove(_ ackID: UInt64) {
        guard let index = entries.firstIndex(where: { $0.ackID == ackID }) else { return }
        load -= entries[index].packet.load
        if index == entries.startIndex {
            deadline = nil
            entries.removeFirst()
        } else {
            entries.remove(at: index)
        }
    }

    /// The connection has ended, which is no fault of the event under way: Node counts it as a try.
    mutating func interrupt() {
        guard deadline != nil else { return }
        deadline = nil
        entries[entries.startIndex].tries -= 1
    }

    /// Gives up the try under way if its time is over.
    ///
    /// - Returns: The acknowledgement that will not come, if it was the last try.
    mutating func takePassed(now: Duration) -> UInt64? {
        guard let deadline, now >= deadline else { return nil }
        self.deadline = nil
        guard let first = entries.first, first.tries > retries else { return nil }
        remove(first.ackID)
        return first.ackID
    }

    mutating func removeAll() {
        entries = []
        load = Load()
        deadline = nil
    }
}
