import Glibc

/// The descriptors 0, 1 and 2.
enum StandardStreams {
    /// Takes the numbers of those that are closed, so that no connection gets them. Reading and writing them fails.
    static func occupy() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is this one. In the wrong direction it is as good as closed.
            let direction = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY
            guard open("/dev/null", direction) == descriptor else { _exit(EXIT_FAILURE) }
        }
    }
}
