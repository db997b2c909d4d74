import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct WaitingTests {
    @Test func inboxKeepsWhatWasNotAskedFor() async throws {
        let inbox = Inbox<Int>()
        for number in 1...3 { inbox.put(number) }
        #expect(try await inbox.next { $0 == 2 } == 2)
        #expect(inbox.all == [1, 3])
    }

    @Test func inboxWaits() async throws {
        let inbox = Inbox<Int>()
        async let later = inbox.next { $0 > 1 }
        inbox.put(1)
        inbox.put(2)
        #expect(try await later == 2)
    }

    @Test func inboxGivesUp() async throws {
        let inbox = Inbox<Int>()
        await #expect(throws: SupportError.self) { try await inbox.next(within: .milliseconds(20)) }
        inbox.finish(throwing: SupportError("over"))
        await #expect(throws: SupportError.self) { try await inbox.next() }
    }

    @Test func inboxIsCancelled() async throws {
        let inbox = Inbox<Int>()
        let task = Task { try await inbox.next() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func deadlineDoesNotWaitForTheBody() async throws {
        let inbox = Inbox<Int>()
        await #expect(throws: SupportError.self) {
            try await withDeadline(.milliseconds(20)) {
                // Deaf to its cancellation.
                try await Task.detached { try await inbox.next() }.value
            }
        }
        inbox.put(1)
        #expect(try await withDeadline { 5 } == 5)
    }

    @Test func eventuallyGivesUp() async throws {
        await #expect(throws: SupportError.self) { try await eventually(within: .milliseconds(20)) { false } }
        try await eventually { true }
    }
}
