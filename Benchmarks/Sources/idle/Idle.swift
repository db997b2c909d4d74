import Glibc
import SocketIO

/// Holds one connection until the process is killed: what the library does when there is nothing to do.
///
///     idle PORT
///
/// It has no `async` function: where there was one, libdispatch wakes up every second.
@main
struct Idle {
    static func main() throws {
        guard CommandLine.arguments.count == 2, let port = UInt16(CommandLine.arguments[1]) else {
            return print("usage: idle PORT")
        }
        var options = ClientOptions()
        options.transports = [.websocket]
        options.reconnection = false
        let socket = try io("http://127.0.0.1:\(port)", options) { socket in
            socket.on(.connect) {
                print("READY")
                fflush(nil)
            }
        }
        withExtendedLifetime(socket) { _ = pause() }
    }
}
