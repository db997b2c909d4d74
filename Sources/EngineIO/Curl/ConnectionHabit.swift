import Glibc

/// Whether a server keeps a connection open after its answer, as it should if it does not say otherwise. Some do not: the
/// next request would be lost with the connection, and may not be sent again.
///
/// As long as nothing is known of the server, each request has a connection of its own.
@LoopActor
package final class ConnectionHabit {
    enum Verdict { case keeps, closes }

    /// For how long after its answer a connection has to stay open, if the server does not say that it will.
    private static let trialTime = Duration.milliseconds(100)

    private var known: Verdict?
    /// A connection that has carried an answer, and when. The descriptor is a copy of libcurl's.
    private var trial: (descriptor: Int32, start: Duration)?

    package nonisolated init() {}

    isolated deinit { endTrial() }

    /// What is known by now.
    var verdict: Verdict? {
        guard known == nil, let trial else { return known }
        var byte: UInt8 = 0
        let count = recv(trial.descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        // Whatever comes behind an answer is a goodbye: of TLS, or of HTTP.
        if count >= 0 || errno != EAGAIN {
            settle(.closes)
        } else if EventLoop.shared.now - trial.start >= Self.trialTime {
            settle(.keeps)
        }
        return known
    }

    /// An answer has come on `socket`, which is -1 if the connection is over.
    func answered(on socket: Int32, saysKeepAlive: Bool) {
        guard known == nil else { return }
        if saysKeepAlive { return settle(.keeps) }
        guard trial == nil, socket >= 0 else { return }
        let descriptor = fcntl(socket, F_DUPFD_CLOEXEC, 0)
        if descriptor >= 0 { trial = (descriptor, EventLoop.shared.now) }
    }

    /// A request was lost with a connection that had carried an answer just before.
    func lost() { settle(.closes) }

    private func settle(_ verdict: Verdict) {
        known = verdict
        endTrial()
    }

    private func endTrial() {
        if let trial { close(trial.descriptor) }
        trial = nil
    }
}
