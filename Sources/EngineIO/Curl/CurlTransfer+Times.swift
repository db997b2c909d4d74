import CLibcurl

extension CurlTransfer {
    /// How far the request that began at `start` came, and when. To be called at its end.
    func times(since start: ContinuousClock.Instant) -> ConnectionTrial.Times {
        func time(_ information: CURLINFO) -> Duration? {
            let microseconds = CLibcurl_get_size(handle, information)
            return microseconds > 0 ? .microseconds(microseconds) : nil
        }
        // libcurl has no time for the connection where the handshake fails, and none for a proxy's tunnel.
        let connect = tlsStart.map { $0 - start } ?? time(CURLINFO_PRETRANSFER_TIME_T)
        return ConnectionTrial.Times(
            nameLookUp: time(CURLINFO_NAMELOOKUP_TIME_T), connect: connect,
            tls: recorder.handshakeEnd.map { $0 - start }, end: .now - start)
    }
}
