/// Events as an asynchronous sequence.
public struct EventSequence<Element: Sendable>: AsyncSequence, Sendable {
    /// What happens to events while nobody takes them.
    public typealias BufferingPolicy = AsyncStream<Element>.Continuation.BufferingPolicy
    /// A sequence of events does not fail.
    public typealias Failure = Never

    private let stream: AsyncStream<Element>

    package static func make(
        _ bufferingPolicy: BufferingPolicy
    ) -> (EventSequence, AsyncStream<Element>.Continuation) {
        let (stream, continuation) = AsyncStream.makeStream(of: Element.self, bufferingPolicy: bufferingPolicy)
        return (EventSequence(stream: stream), continuation)
    }

    /// Iterates over the events.
    public func makeAsyncIterator() -> AsyncStream<Element>.Iterator { stream.makeAsyncIterator() }
}
