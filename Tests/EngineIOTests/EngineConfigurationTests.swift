import SocketIOProtocol
import Testing

@testable import EngineIO

/// Options that change while a manager lives.
@Suite(.timeLimit(.minutes(5))) struct EngineConfigurationTests {
    @Test func keepsTheTLSContextOfEqualOptions() throws {
        var options = EngineOptions()
        options.transportOptions[.websocket] = TransportOptions()
        let first = try EngineConfiguration(url: ServerURL("https://localhost"), options: options)
        let tls = try #require(first.transport.tls)
        #expect(first.transport(.websocket).tls === tls)

        options.query = ["token": "new"]
        options.transports = [.websocket]
        let second = try first.updating(options: options)
        #expect(second.transport.query == [QueryItem("token", "new")])
        #expect(second.session.transports == [.websocket])
        #expect(second.transport.tls === tls && second.transport(.websocket).tls === tls)

        options.rejectUnauthorized = false
        let third = try second.updating(options: options)
        let other = try #require(third.transport.tls)
        #expect(other !== tls)
        #expect(third.transport(.websocket).tls === other)
    }

    @Test func checksChangedOptions() throws {
        let configuration = try EngineConfiguration(url: ServerURL("http://localhost"), options: EngineOptions())
        var options = EngineOptions()
        options.query = ["sid": "1"]
        #expect(throws: SocketIOError.self) { try configuration.updating(options: options) }
    }

    @Test func keepsWhatIsRemembered() throws {
        var options = EngineOptions()
        options.rememberUpgrade = true
        let first = try EngineConfiguration(url: ServerURL("http://localhost"), options: options)
        options.query = ["a": "1"]
        #expect(try first.updating(options: options).upgradeMemory === first.upgradeMemory)
        options.rememberUpgrade = false
        #expect(try first.updating(options: options).upgradeMemory == nil)
    }

    @Test func remembersUntilSomethingFails() {
        let memory = UpgradeMemory()
        let error = SocketIOError(.connectFailed, "")
        let both: [TransportKind] = [.polling, .websocket]
        #expect(memory.order(both) == both)
        memory.note(.upgraded(.websocket), on: .websocket)
        #expect(memory.order(both) == [.websocket, .polling])
        #expect(memory.order([.polling]) == [.polling])
        memory.note(.closed(.transportClose, nil), on: .websocket)
        #expect(memory.order(both) == [.websocket, .polling], "it worked to its end")
        for event in [EngineCore.Event.openFailed(error), .upgradeFailed(error), .closed(.transportError, error)] {
            memory.note(.upgraded(.websocket), on: .websocket)
            memory.note(event, on: .websocket)
            #expect(memory.order(both) == both)
        }
    }
}
