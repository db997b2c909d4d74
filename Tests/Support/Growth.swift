import Glibc

/// How many times more of this thread's CPU time `work` takes for four times as much to do: about 4 where the time is
/// linear, about 16 where it is quadratic.
package func growth(from count: Int, _ work: (Int) -> Void) -> Double {
    func time(_ count: Int) -> Double {
        let start = threadTime()
        work(count)
        return threadTime() - start
    }
    // What disturbs it, only makes it longer.
    var (least, leastOfFour) = (Double.infinity, Double.infinity)
    for _ in 0..<5 {
        least = min(least, time(count))
        leastOfFour = min(leastOfFour, time(4 * count))
    }
    return leastOfFour / least
}

private func threadTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
