import CLibwebsockets

/// libwebsockets' permessage-deflate with a gate in front of it, which lets single messages go out as they are.
enum LWSCompression {
    static let name: StaticString = "permessage-deflate"
    private static let offer: StaticString = "permessage-deflate; client_max_window_bits"
    /// The bytes of a compressed frame, as a power of two: libwebsockets' own 1024 would make many small frames.
    static let frameBytesExponent: StaticString = "16"

    /// What the extension says of a message that it was given to send. The numbers are those of libwebsockets 4.1 to 4.3,
    /// whose headers do not name them.
    private enum Outcome {
        static let hasPending: Int32 = 2
        static let isLeftAlone: Int32 = 5
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
            guard reason == LWS_EXT_CB_PAYLOAD_TX || reason == LWS_EXT_CB_OPTION_CONFIRM, let wsi,
                let pointer = lws_get_opaque_user_data(wsi)
            else { return lws_extension_callback_pm_deflate(context, ext, wsi, reason, user, data, length) }
            // They stay on this thread.
            nonisolated(unsafe) let (sameWSI, sameData, connection) = (wsi, data, pointer)
            nonisolated(unsafe) let (sameContext, sameExtension, sameUser) = (context, ext, user)
            return LoopActor.assumeIsolated {
                let connection = Unmanaged<LWSConnection>.fromOpaque(connection).takeUnretainedValue()
                if reason == LWS_EXT_CB_PAYLOAD_TX && connection.lwsChannel?.isCompressingMessage != true {
                    return Outcome.isLeftAlone
                }
                let outcome = lws_extension_callback_pm_deflate(
                    sameContext, sameExtension, sameWSI, reason, sameUser, sameData, length)
                if reason == LWS_EXT_CB_PAYLOAD_TX {
                    connection.lwsChannel?.isDraining = outcome == Outcome.hasPending
                } else {
                    connection.hasCompression = outcome == 0
                }
                return outcome
            }
        }
        return UnsafePointer(list)
    }()
}
