/// A queue with a second lane, for what overtakes the rest. What an operation costs does not depend on how much waits,
/// other than by what it takes out: on average, for what is taken out is let go of later.
///
/// It is in the module of those who use it, for the compiler to make each its own: a generic one costs more than what it
/// does.
struct TwoLaneQueue<Element> {
    private struct Lane {
        private var elements: [Element] = []
        /// Those before it are taken out already.
        private var start = 0

        var isEmpty: Bool { elements.isEmpty }
        var rest: ArraySlice<Element> { elements[start...] }

        mutating func append(_ element: Element) { elements.append(element) }

        mutating func append(contentsOf more: [Element]) { elements += more }

        mutating func dropFirst(_ count: Int) {
            start += count
            if start == elements.count {
                elements.removeAll(keepingCapacity: elements.capacity <= 64)
                start = 0
            } else if start >= 64, start >= elements.count / 2 {
                elements.removeFirst(start)
                start = 0
            }
        }

        mutating func popFirst() -> Element? {
            guard !isEmpty else { return nil }
            let element = elements[start]
            dropFirst(1)
            return element
        }
    }

    private var first = Lane()
    private var second = Lane()

    var isEmpty: Bool { first.isEmpty && second.isEmpty }

    mutating func append(_ element: Element) { second.append(element) }

    mutating func append(contentsOf elements: [Element]) { second.append(contentsOf: elements) }

    /// Goes before what `append` has added and behind what was urgent before.
    mutating func appendUrgent(_ element: Element) { first.append(element) }

    /// The next elements, `count` at most.
    func prefix(_ count: Int) -> ArraySlice<Element> {
        let urgent = first.rest.prefix(count)
        return urgent.isEmpty ? second.rest.prefix(count) : urgent + second.rest.prefix(count - urgent.count)
    }

    mutating func dropFirst(_ count: Int) {
        let urgent = min(count, first.rest.count)
        first.dropFirst(urgent)
        second.dropFirst(count - urgent)
    }

    mutating func popFirst() -> Element? { first.popFirst() ?? second.popFirst() }

    /// Everything, in order.
    var all: ArraySlice<Element> { prefix(.max) }
}
