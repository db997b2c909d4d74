import CLibwebsockets

/// libwebsockets' permessage-deflate with a gate in front of it, which lets single messages go out as they are.
enum LWSCompression {
    static let name: StaticString = "permessage-deflate"
    private static let offer: StaticString = "permessage-deflate; client_max_window_bits"
    /// The bytes of a compressed frame, as a power of two: libwebsockets' own 1024 would make many small frames.
    static let frameBytesExponent: StaticString = "16"

    /// What the extension says of a message that it was given. The numbers are those of libwebsockets 4.1 to 4.3, whose
    /// headers do not name them.
    private enum Outcome {
        /// The message as it is.
        static let unknown: Int32 = 0
        static let hasPending: Int32 = 2
        /// To receive, libwebsockets takes this for a message that it has to report again and again.
        static let isLeftAlone: Int32 = 5
    }

    /// Whether the value of `Sec-WebSocket-Extensions` chooses compression alone: RFC 7692, section 7.1.
    static func isOffered(_ extensions: String) -> Bool {
        var parts = extensions.split(separator: ";", omittingEmptySubsequences: false).map(trimmed)
        guard parts.removeFirst() == name.description else { return false }
        var names: Set<String> = []
        return parts.allSatisfy { part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(trimmed)
            guard names.insert(pair[0]).inserted else { return false }
            switch pair[0] {
            case "server_no_context_takeover", "client_no_context_takeover": return pair.count == 1
            case "server_max_window_bits", "client_max_window_bits":
                guard pair.count == 2, let bits = Int(pair[1].filter { $0 != "\"" }) else { return false }
                return (8...15).contains(bits)
            default: return false
            }
        }
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }

    /// For a vhost: the extension, and the end of the list. Libwebsockets keeps the pointer.
    ///
    /// Unsafe: never written after its initialisation.
    nonisolated(unsafe) static let extensions: UnsafePointer<lws_extension> = {
        let list = UnsafeMutablePointer<lws_extension>.allocate(capacity: 2)
        list.initialize(repeating: lws_extension(), count: 2)
        list.pointee.name = name.cString
        list.pointee.client_offer = offer.cString
        list.pointee.callback = { context, ext, wsi, reason, user, data, length in
            // At other times, the connection may be gone.
            let isOurs = [LWS_EXT_CB_CLIENT_CONSTRUCT, LWS_EXT_CB_OPTION_CONFIRM, LWS_EXT_CB_PAYLOAD_TX]
            guard isOurs.contains(reason), let wsi, let pointer = lws_get_opaque_user_data(wsi) else {
                let outcome = lws_extension_callback_pm_deflate(context, ext, wsi, reason, user, data, length)
                let isWhole = reason == LWS_EXT_CB_PAYLOAD_RX && outcome == Outcome.isLeftAlone
                return isWhole ? Outcome.unknown : outcome
            }
            // They stay on this thread.
            nonisolated(unsafe) let (sameWSI, sameData, connection) = (wsi, data, pointer)
            nonisolated(unsafe) let (sameContext, sameExtension, sameUser) = (context, ext, user)
            return LoopActor.assumeIsolated {
                let connection = Unmanaged<LWSConnection>.fromOpaque(connection).takeUnretainedValue()
                if reason == LWS_EXT_CB_CLIENT_CONSTRUCT && !connection.acceptsExtensions(sameWSI) { return 1 }
                if reason == LWS_EXT_CB_PAYLOAD_TX && connection.lwsChannel?.isCompressingMessage != true {
                    return Outcome.isLeftAlone
                }
                let outcome = lws_extension_callback_pm_deflate(
                    sameContext, sameExtension, sameWSI, reason, sameUser, sameData, length)
                if reason == LWS_EXT_CB_PAYLOAD_TX {
                    connection.lwsChannel?.isDraining = outcome == Outcome.hasPending
                } else if reason == LWS_EXT_CB_OPTION_CONFIRM {
                    connection.hasCompression = outcome == 0
                }
                return outcome
            }
        }
        return UnsafePointer(list)
    }()
}
