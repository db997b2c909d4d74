/// Does what parsers and encoders do, for scripts/check-instructions to count.
///
/// Prints a line for each piece of work, in the order of the calls of `count_instructions`: how many packets there
/// were, and the name.
@main
struct Instructions {
    private static let warmUpRuns = 20
    private static let countedRuns = 200

    static func main() throws {
        for work in try decodings() + encodings() + framings() {
            // What is made once, such as metadata, and memory that is used again, is no packet's.
            try work.check(try work.run(times: warmUpRuns), times: warmUpRuns)
            try work.check(try countInstructions(of: work, times: countedRuns), times: countedRuns)
            print(countedRuns * work.packets, work.name)
        }
    }
}

/// valgrind counts what happens inside. It finds the function by its name, which a copy made by the optimizer would not
/// have.
@_silgen_name("count_instructions")
@_optimize(none)
@inline(never)
private func countInstructions(of work: Work, times: Int) throws -> Int { try work.run(times: times) }
