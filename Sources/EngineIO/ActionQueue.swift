import SocketIOProtocol

/// Has the actions of a state machine performed in their order: those decided while one is performed come behind it.
@LoopActor
package final class ActionQueue<Action> {
    private var actions: [Action] = []
    package private(set) var isPerforming = false

    package nonisolated init() {}

    /// - Returns: Whether everything has been performed; false where a call further out goes on with it.
    @discardableResult
    // Made here for another module, which would have the generic one: that costs more than what it does.
    @_specialize(exported:true,where Action == ManagerStateMachine.Action)
    @_specialize(exported:true,where Action == SocketStateMachine.Action)
    package func perform(_ new: [Action], _ body: (Action) -> Void) -> Bool {
        guard !isPerforming else {
            actions += new
            return false
        }
        isPerforming = true
        var batch = new
        while !batch.isEmpty {
            for action in batch { body(action) }
            batch = actions
            actions = []
        }
        isPerforming = false
        return true
    }
}
