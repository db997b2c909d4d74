import Glibc

/// Whether this thread is inside a callback of a program's.
enum CallbackPlace {
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    static var isInside: Bool { pthread_getspecific(key) != nil }

    /// Calls back.
    static func run(_ callback: () -> Void) {
        let before = pthread_getspecific(key)
        pthread_setspecific(key, UnsafeRawPointer(bitPattern: 1))
        callback()
        pthread_setspecific(key, before)
    }
}
