/// A piece of work that is counted.
struct Work {
    /// Its name in the record.
    let name: String
    /// How many packets it is about.
    var packets = 1
    /// What `body` returns if it worked. It also keeps the compiler from leaving the work out.
    let result: Int
    let body: () throws -> Int

    @inline(never)
    func run(times: Int) throws -> Int {
        var sum = 0
        for _ in 0..<times { sum += try body() }
        return sum
    }

    func check(_ sum: Int, times: Int) throws {
        guard sum == result * times else { throw Failure(text: "\(name): \(sum) for \(times) times \(result)") }
    }
}

struct Failure: Error {
    let text: String
}
