import Glibc
package import SocketIOProtocol

extension UnixTime {
    /// The system's clock.
    package static var now: UnixTime { UnixTime(secondsSince1970: Int64(time(nil))) }
}
