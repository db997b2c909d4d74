/// Events as an asynchronous sequence.
public struct EventSequence<Element: Sendable>: AsyncSequence, Sendable {
    /// What happens to events while nobody takes them.
    public typealias BufferingPolicy = AsyncStream<Element>.Continuation.BufferingPolicy
    /// A sequence of events does not fail.
    public typealias Failure = Never

    private let stream: AsyncStream<Element>

    package static func make(_ bufferingPolicy: BufferingPolicy) -> (EventSequence, EventSource<Element>) {
        let (stream, continuation) = AsyncStream.makeStream(of: Element.self, bufferingPolicy: bufferingPolicy)
        return (EventSequence(stream: stream), EventSource(continuation))
    }

    /// Iterates over the events.
    public func makeAsyncIterator() -> AsyncStream<Element>.Iterator { stream.makeAsyncIterator() }
}

/// Where the events of a sequence come from. The sequence ends with it.
package final class EventSource<Element: Sendable>: Sendable {
    private let continuation: AsyncStream<Element>.Continuation

    init(_ continuation: AsyncStream<Element>.Continuation) { self.continuation = continuation }

    deinit { continuation.finish() }

    package func yield(_ element: Element) { continuation.yield(element) }
    package func finish() { continuation.finish() }

    /// Has `action` called when the sequence ends.
    package func onTermination(_ action: @escaping @Sendable () -> Void) {
        continuation.onTermination = { _ in action() }
    }
}
