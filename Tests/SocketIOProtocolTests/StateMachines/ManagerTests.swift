import SocketIOProtocol
import Testing

@Suite(.timeLimit(.minutes(5))) struct ManagerTests {
    typealias Machine = ManagerStateMachine

    /// Delays of 1, 2, 4 and 5 seconds.
    private func machine(reconnection: Bool = true, attempts: Int? = nil) -> Machine {
        Machine(
            Machine.Configuration(
                reconnection: reconnection, reconnectionAttempts: attempts, randomizationFactor: 0))
    }

    private func opened(_ configuration: Machine.Configuration = Machine.Configuration()) -> Machine {
        var manager = Machine(configuration)
        _ = manager.open()
        _ = manager.engineOpened()
        return manager
    }

    @Test func opens() {
        var manager = machine()
        #expect(manager.isOpen == false)
        #expect(manager.open() == [.openEngine])
        #expect(manager.open() == [])
        #expect(manager.isOpen == false)
        #expect(manager.engineOpened() == [.notify(.open), .engineOpened])
        #expect(manager.isOpen == true)
        #expect(manager.open() == [])
        #expect(manager.engineOpened() == [])
        #expect(manager.deadline == nil)
    }

    /// Node's order with four attempts.
    @Test func triesAgainInNodesOrder() {
        var manager = machine(attempts: 4)
        let failed: [Machine.Action] = [.connectError(.sample), .notify(.error(.sample))]
        let again: [Machine.Action] = [.notify(.reconnectError(.sample))]
        var now = Duration.zero
        func fail(_ manager: inout Machine) -> [Machine.Action] {
            manager.engineOpenFailed(.sample, now: now, random: 0)
        }

        #expect(manager.open() == [.openEngine])
        #expect(fail(&manager) == failed)
        for (attempt, delay) in [1, 2, 4, 5].enumerated() {
            #expect(manager.deadline == now + .seconds(delay))
            #expect(manager.deadlinePassed(now: now + .milliseconds(delay * 1000 - 1)) == [])
            #expect(manager.open() == [], "it waits for the attempt that is planned")
            now += .seconds(delay)
            #expect(manager.deadlinePassed(now: now) == [.notify(.reconnectAttempt(attempt + 1)), .openEngine])
            #expect(manager.deadline == nil)
            #expect(manager.open() == [])
            #expect(fail(&manager) == failed + (attempt == 3 ? [.notify(.reconnectFailed)] : []) + again)
        }
        #expect(manager.deadline == nil)

        // It can be begun again, and counts anew.
        #expect(manager.open() == [.openEngine])
        #expect(fail(&manager) == failed)
        #expect(manager.deadline == now + .seconds(1))
    }

    @Test func reconnects() {
        var manager = machine()
        _ = manager.open()
        _ = manager.engineOpenFailed(.sample, now: .zero, random: 0)
        _ = manager.deadlinePassed(now: .seconds(1))
        _ = manager.engineOpenFailed(.sample, now: .seconds(1), random: 0)
        _ = manager.deadlinePassed(now: .seconds(3))
        #expect(manager.engineOpened() == [.notify(.open), .engineOpened, .notify(.reconnect(2))])

        // The count begins anew with each connection.
        #expect(
            manager.engineClosed(.pingTimeout, .sample, now: .seconds(10), random: 0)
                == [.notify(.close(.pingTimeout, .sample)), .engineClosed(.pingTimeout, .sample)])
        #expect(manager.deadline == .seconds(11))
        #expect(manager.deadlinePassed(now: .seconds(11)) == [.notify(.reconnectAttempt(1)), .openEngine])
    }

    @Test func aFailedTransportIsAnError() {
        var manager = opened()
        #expect(
            manager.engineClosed(.transportError, .sample, now: .zero, random: 0) == [
                .notify(.error(.sample)), .notify(.close(.transportError, .sample)),
                .engineClosed(.transportError, .sample),
            ])
    }

    @Test func reconnectsNotIfToldSo() {
        var manager = machine(reconnection: false)
        _ = manager.open()
        #expect(
            manager.engineOpenFailed(.sample, now: .zero, random: 0)
                == [.connectError(.sample), .notify(.error(.sample))])
        #expect(manager.deadline == nil)
        #expect(manager.open() == [.openEngine])
        _ = manager.engineOpened()
        #expect(
            manager.engineClosed(.transportClose, nil, now: .zero, random: 0)
                == [.notify(.close(.transportClose, nil)), .engineClosed(.transportClose, nil)])
        #expect(manager.deadline == nil)
    }

    @Test func noAttemptsFailAtOnce() {
        var manager = machine(attempts: 0)
        _ = manager.open()
        #expect(
            manager.engineOpenFailed(.sample, now: .zero, random: 0)
                == [.connectError(.sample), .notify(.error(.sample)), .notify(.reconnectFailed)])
    }

    @Test func givesTheEngineUp() {
        var manager = opened()
        #expect(
            manager.giveUpEngine(.parseError, .sample, now: .zero, random: 0) == [
                .closeEngine(.sample), .notify(.close(.parseError, .sample)), .engineClosed(.parseError, .sample),
            ])
        #expect(manager.deadline != nil)
        #expect(manager.giveUpEngine(.parseError, .sample, now: .zero, random: 0) == [])
    }

    // MARK: close()

    @Test func closes() {
        var manager = opened()
        #expect(
            manager.close()
                == [.closeEngine(nil), .notify(.close(.forcedClose, nil)), .engineClosed(.forcedClose, nil)])
        #expect(manager.isOpen == false)
        #expect(manager.deadline == nil)
        #expect(manager.close() == [])
        #expect(manager.open() == [.openEngine])
    }

    @Test func closesWhileOpening() {
        var manager = machine()
        _ = manager.open()
        #expect(manager.close() == [.closeEngine(nil)])
        #expect(manager.engineOpened() == [])
        #expect(manager.engineOpenFailed(.sample, now: .zero, random: 0) == [])
        #expect(manager.deadline == nil)
    }

    @Test func closesWhileWaiting() {
        var manager = machine()
        _ = manager.open()
        _ = manager.engineOpenFailed(.sample, now: .zero, random: 0)
        #expect(manager.close() == [])
        #expect(manager.deadline == nil)
        #expect(manager.deadlinePassed(now: .seconds(100)) == [])
        // An opening after that is no reconnection.
        #expect(manager.open() == [.openEngine])
        #expect(manager.engineOpened() == [.notify(.open), .engineOpened])
    }

    @Test func lateEventsAreIgnored() {
        var manager = machine()
        #expect(manager.engineOpened() == [])
        #expect(manager.engineOpenFailed(.sample, now: .zero, random: 0) == [])
        #expect(manager.engineClosed(.transportClose, nil, now: .zero, random: 0) == [])
        #expect(manager.giveUpEngine(.parseError, .sample, now: .zero, random: 0) == [])
        #expect(manager.deadlinePassed(now: .seconds(9)) == [])
        #expect(manager.close() == [])
    }

    @Test func takesOtherOptionsWhileAtWork() {
        var manager = machine()
        _ = manager.open()
        _ = manager.engineOpenFailed(.sample, now: .zero, random: 0)
        #expect(manager.deadline == .seconds(1))
        manager.configure(
            Machine.Configuration(
                reconnectionDelay: .seconds(3), reconnectionDelayMax: .seconds(60), randomizationFactor: 0))
        #expect(manager.deadline == .seconds(1), "the attempt that is planned stays")
        _ = manager.deadlinePassed(now: .seconds(1))
        _ = manager.engineOpenFailed(.sample, now: .seconds(1), random: 0)
        #expect(manager.deadline == .seconds(7), "the second delay is twice the first one")
        #expect(manager.isActive == true)
        manager.configure(Machine.Configuration(reconnection: false))
        #expect(manager.deadline == nil)
        #expect(manager.isActive == false)
        #expect(manager.open() == [.openEngine])
        #expect(manager.engineOpenFailed(.sample, now: .zero, random: 0).last == .notify(.error(.sample)))
    }
}
