import CSocketIO
import EngineIO
import SocketIO

/// A program's check of servers. Its destructor runs when neither options nor a manager have it any more.
///
/// Unchecked: see `Callback`.
final class IdentityCallback: @unchecked Sendable {
    private let function: sio_identity_cb
    private let destructor: Destructor

    init(_ function: sio_identity_cb, _ destructor: Destructor) {
        self.function = function
        self.destructor = destructor
    }

    deinit { destructor.call() }

    /// Whether the server is accepted.
    func call(_ server: IdentityBox) -> Bool {
        var status: CInt = 1
        CallbackPlace.run {
            status = function(OpaquePointer(Unmanaged.passUnretained(server).toOpaque()), destructor.userData)
        }
        return status == 0
    }
}

/// The way from one manager to a program's check, until the manager's end: the manager's TLS may live longer.
final class IdentityGate: Sendable {
    private struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    private struct State {
        var callback: IdentityCallback?
        var calls = 0
        /// Waits for the last call.
        var closer: Semaphore?
    }

    private let state: Locked<State>

    init(_ callback: IdentityCallback) { state = Locked(State(callback: callback)) }

    /// On the loop.
    func check(_ server: ServerIdentity) throws {
        guard let isAccepted = call(IdentityBox(server)) else { throw Refusal(description: "the manager is freed") }
        let closer = state.withLock { state in
            state.calls -= 1
            return state.calls == 0 ? state.closer : nil
        }
        closer?.signal()
        if !isAccepted { throw Refusal(description: "the program does not accept the server") }
    }

    /// Nil after the end. With its return, nothing here keeps the callback and its destructor.
    private func call(_ server: IdentityBox) -> Bool? {
        let callback = state.withLock { state in
            if state.callback != nil { state.calls += 1 }
            return state.callback
        }
        return callback?.call(server)
    }

    /// Nothing is called after this has returned; inside a callback, nothing but what is under way.
    func close() {
        let closer = state.withLock { state in
            state.callback = nil
            guard state.calls > 0, !CallbackPlace.isInside else { return nil as Semaphore? }
            let closer = Semaphore()
            state.closer = closer
            return closer
        }
        closer?.wait()
    }
}

/// What `sio_identity` stands for: a server as a check is given it.
final class IdentityBox: Sendable {
    struct Certificate: Sendable {
        let certificate: SocketIO.Certificate
        let subject: CText
        let issuer: CText
        let subjectAltName: CText
        let publicKeyPin: CText
    }

    let host: CText
    let isForHost: Bool
    let chain: [Certificate]

    init(_ server: ServerIdentity) {
        host = CText(server.host)
        isForHost = server.isForHost
        chain = server.chain.map { certificate in
            Certificate(
                certificate: certificate, subject: CText(certificate.subject), issuer: CText(certificate.issuer),
                subjectAltName: CText(certificate.subjectAltName), publicKeyPin: CText(certificate.publicKeyPin))
        }
    }
}
