/// A place in an array, or a name that no type of the user's declares.
enum ArgumentKey: CodingKey {
    case index(Int)
    case name(String)

    init(stringValue: String) { self = .name(stringValue) }

    init(intValue: Int) { self = .index(intValue) }

    var stringValue: String {
        switch self {
        case .index(let index): "Index \(index)"
        case .name(let name): name
        }
    }

    var intValue: Int? { if case .index(let index) = self { index } else { nil } }

    static let `super` = ArgumentKey.name("super")
}
