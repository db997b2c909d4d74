/// Why a test cannot go on: something that the support was asked for did not happen.
package struct SupportError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
