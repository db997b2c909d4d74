import ArgumentParser
import Dispatch
import Glibc
import SocketIO

@main
enum Program {
    /// What libdispatch and the I/O thread take to start.
    private static let descriptors = 12

    static func main() {
        // Without them libdispatch, on which commands run, ends the process without a word.
        if let shortage = descriptorShortage(of: descriptors) {
            try? Output.error.writeLine("sio: \(String(cString: strerror(shortage))): raise the limit with ulimit -n")
            exit(1)
        }
        Task {
            await SIO.main()
            exit(0)
        }
        dispatchMain()
    }
}
