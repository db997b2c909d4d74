import Foundation
import Synchronization

/// A thread that opens descriptors and closes them, and finds out whether somebody else did.
final class Opener: Sendable {
    private let isStopping = Atomic(false)
    private let isUndisturbed = Atomic(true)
    private let end = DispatchSemaphore(value: 0)

    func start() {
        Thread.detachNewThread { [self] in
            while !isStopping.load(ordering: .relaxed) {
                if !openAndClose() { isUndisturbed.store(false, ordering: .relaxed) }
            }
            end.signal()
        }
    }

    /// - Returns: Whether each descriptor stayed what it was.
    func stop() -> Bool {
        isStopping.store(true, ordering: .relaxed)
        end.wait()
        return isUndisturbed.load(ordering: .relaxed)
    }

    /// Eight at a time, so that some are behind those that are closed just now.
    private func openAndClose() -> Bool {
        let files = (0..<8).map { _ -> (descriptor: Int32, number: ino_t?) in
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { return (-1, nil) }
            close(ends[1])
            return (ends[0], number(of: ends[0]))
        }
        return files.allSatisfy {
            $0.number != nil && number(of: $0.descriptor) == $0.number && close($0.descriptor) == 0
        }
    }

    private func number(of descriptor: Int32) -> ino_t? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status.st_ino : nil
    }
}
