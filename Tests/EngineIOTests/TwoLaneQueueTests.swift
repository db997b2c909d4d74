import TestSupport
import Testing

@testable import EngineIO

/// The queue in front of a connection.
@Suite(.timeLimit(.minutes(5))) struct TwoLaneQueueTests {
    @Test(arguments: [1, 2, 3]) func isInOrder(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var queue = TwoLaneQueue<Int>()
        var (urgent, rest): ([Int], [Int]) = ([], [])
        for number in 0..<5000 {
            switch Int.random(in: 0..<8, using: &random) {
            case 0, 1:
                queue.append(number)
                rest.append(number)
            case 2, 3:
                queue.append(contentsOf: [number, -number])
                rest += [number, -number]
            case 4:
                queue.appendUrgent(number)
                urgent.append(number)
            case 5:
                let count = Int.random(in: 0...urgent.count + rest.count, using: &random) / 4
                #expect(Array(queue.prefix(count)) == Array((urgent + rest).prefix(count)))
                queue.dropFirst(count)
                rest.removeFirst(max(0, count - urgent.count))
                urgent.removeFirst(min(count, urgent.count))
            default:
                let expected = urgent.isEmpty ? (rest.isEmpty ? nil : rest.removeFirst()) : urgent.removeFirst()
                #expect(queue.popFirst() == expected)
            }
            #expect(queue.isEmpty == (urgent + rest).isEmpty)
        }
        #expect(Array(queue.all) == urgent + rest)
    }

    /// Where it is never empty, too.
    @Test func letsGoOfWhatIsTakenOut() {
        final class Element {}
        var queue = TwoLaneQueue<Element>()
        var taken: [() -> Element?] = []
        for _ in 0..<10 { queue.append(Element()) }
        for _ in 0..<10_000 {
            queue.append(Element())
            guard let element = queue.popFirst() else { break }
            taken.append { [weak element] in element }
        }
        #expect(taken.count == 10_000)
        #expect(taken.count { $0() != nil } <= 100)
    }
}
