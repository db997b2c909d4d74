import CLibuv
import Glibc

/// Tells when something in the folders of some files has changed, and has been quiet since. Ends when it is released.
///
/// Folders, not files: a file that is replaced by another of its name, as programs that renew certificates do, would be
/// lost from sight. A change may be one of another file.
@LoopActor
package final class FileWatcher {
    /// How long it has to be quiet: a certificate and its key are not written at the same moment.
    private static let quietTime = Duration.milliseconds(500)
    /// How long it may be noisy: others may be writing in the same folder without end.
    private static let longestWait = Duration.seconds(5)

    /// The folders that cannot be watched, and why.
    package private(set) var failures: [(folder: String, reason: String)] = []
    private var handles: [UnsafeMutablePointer<uv_fs_event_t>] = []
    private var timer: LoopTimer?
    private var firstChange: Duration?

    package init(_ paths: [String], _ action: @escaping @LoopActor () -> Void) {
        timer = LoopTimer { [unowned self] in
            firstChange = nil
            action()
        }
        // Where a path is a link, there are two places at which the file can be replaced.
        let places = paths + paths.compactMap(Self.target)
        for folder in Set(places.map(Self.folder)).sorted() { watch(folder) }
    }

    isolated deinit {
        for handle in handles {
            uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) { handle in
                handle?.deallocate()
            }
        }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func target(of path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private func watch(_ folder: String) {
        guard let loop = EventLoop.shared.uvLoop else { return }
        let handle = UnsafeMutablePointer<uv_fs_event_t>.allocate(capacity: 1)
        uv_fs_event_init(loop, handle)
        handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        handles.append(handle)
        let status = uv_fs_event_start(
            handle,
            { handle, _, _, _ in
                guard let data = handle?.pointee.data else { return }
                nonisolated(unsafe) let pointer = data  // stays on this thread
                LoopActor.assumeIsolated {
                    Unmanaged<FileWatcher>.fromOpaque(pointer).takeUnretainedValue().changed()
                }
            }, folder, 0)
        if status != 0 { failures.append((folder, String(cString: uv_strerror(status)))) }
    }

    private func changed() {
        let now = EventLoop.shared.now
        let first = firstChange ?? now
        firstChange = first
        timer?.set(min(now + Self.quietTime, first + Self.longestWait))
    }
}
