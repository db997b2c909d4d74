import Foundation

/// One thing that happened at the peer.
package struct PeerLog: Sendable, Codable {
    package enum Kind: String, Sendable, Codable {
        /// A client has asked for a namespace; has `namespace sid auth headers query`.
        case connect
        /// A client has left a namespace; has `namespace sid reason`.
        case disconnect
        /// An event has arrived; has `namespace sid event args`.
        case event
        /// A client has acknowledged an event of the server; has `namespace sid event args`.
        case answer
        /// An HTTP request has arrived, with `logsRequests`; has `method path query headers client subject tls
        /// subprotocol`.
        case request
        /// A command has failed; has `message`.
        case error
    }

    private enum CodingKeys: String, CodingKey {
        case kind = "log"
        case namespace, sid, event, args, auth, headers, query, reason, method, path, client, subject, tls, subprotocol
        case message
    }

    /// What a TLS handshake came to.
    package struct TLS: Sendable, Codable {
        /// For example `TLSv1.3`.
        package let version: String
        /// In OpenSSL's names.
        package let cipher: String
        /// The name that was asked for.
        package let servername: String?
        /// Whether a session was taken up again.
        package let isResumed: Bool
    }

    package let kind: Kind
    package let namespace: String?
    package let sid: String?
    package let event: String?
    package let args: [PeerValue]?
    package let auth: PeerValue?
    /// The names are in lower case.
    package let headers: [String: String]?
    package let query: [String: String]?
    package let reason: String?
    package let method: String?
    package let path: String?
    /// The address and the port that the request came from: the same for two requests over one connection.
    package let client: [PeerValue]?
    /// The common name in the client's certificate.
    package let subject: String?
    /// Nil without TLS.
    package let tls: TLS?
    /// The sub-protocol that a WebSocket is given.
    package let subprotocol: String?
    package let message: String?
}

extension PeerLog: CustomStringConvertible {
    package var description: String {
        (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "\(kind)"
    }
}
