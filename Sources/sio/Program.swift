import ArgumentParser
import Glibc
import SocketIO

@main
enum Program {
    /// What libdispatch and the I/O thread take to start.
    private static let descriptors = 12

    /// The first thread waits for signals. An asynchronous `main` would let libdispatch unblock them there.
    static func main() {
        StandardStreams.occupy()
        // Without them libdispatch, on which commands run, ends the process without a word.
        if let shortage = descriptorShortage(of: descriptors) {
            Output.tell("sio: \(String(cString: strerror(shortage))): raise the limit with ulimit -n")
            exit(EXIT_FAILURE)
        }
        // That nobody reads is an error of the output.
        signal(SIGPIPE, SIG_IGN)
        StopSignals.block()
        Task.detached {
            await SIO.main()
            exit(EXIT_SUCCESS)
        }
        StopSignals.wait()
    }
}
