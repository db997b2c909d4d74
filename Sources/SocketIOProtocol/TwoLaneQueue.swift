/// A queue with a second lane, for what overtakes the rest. Every operation takes a time that does not depend on how much
/// waits, other than by what it takes out.
package struct TwoLaneQueue<Element> {
    /// Its first elements may be taken out already.
    private struct Lane {
        var elements: [Element] = []
        var start = 0

        var rest: ArraySlice<Element> { elements[start...] }

        mutating func dropFirst(_ count: Int) {
            start += count
            guard start == elements.count else { return }
            elements.removeAll(keepingCapacity: elements.capacity <= 64)
            start = 0
        }
    }

    private var first = Lane()
    private var second = Lane()

    package init() {}

    package var isEmpty: Bool { first.elements.isEmpty && second.elements.isEmpty }

    package mutating func append(_ element: Element) { second.elements.append(element) }

    package mutating func append(contentsOf elements: [Element]) { second.elements += elements }

    /// Goes before what `append` has added and behind what was urgent before.
    package mutating func appendUrgent(_ element: Element) { first.elements.append(element) }

    /// The next elements, `count` at most.
    package func prefix(_ count: Int) -> ArraySlice<Element> {
        let urgent = first.rest.prefix(count)
        return urgent.isEmpty ? second.rest.prefix(count) : urgent + second.rest.prefix(count - urgent.count)
    }

    package mutating func dropFirst(_ count: Int) {
        let urgent = min(count, first.rest.count)
        first.dropFirst(urgent)
        second.dropFirst(count - urgent)
    }

    package mutating func popFirst() -> Element? {
        let isUrgent = !first.elements.isEmpty
        guard let element = isUrgent ? first.rest.first : second.rest.first else { return nil }
        if isUrgent { first.dropFirst(1) } else { second.dropFirst(1) }
        return element
    }

    /// Everything, in order.
    package var all: ArraySlice<Element> { prefix(.max) }
}
