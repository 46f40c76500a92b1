/// Why bytes were refused as JSON, and where.
///
/// The first problem in the order of reading is reported; duplicate names are found when their
/// object ends. How the bytes were cut into chunks never changes an error.
package struct JSONError: Error, Sendable, Equatable {
    /// How many bytes of the document come before the problem; a byte order mark counts.
    package let position: Int
    package let problem: Problem
    /// The decoded path of a repeated member, such as `state.names[2].x`, from the item's (in a
    /// collection) or the document's root. `nil` for all other problems.
    package let path: String?

    package enum Problem: Sendable, Equatable {
        case truncated
        case unexpectedByte
        case trailingBytes
        case invalidUTF8
        case controlCharacter
        case invalidEscape
        case invalidNumber
        case invalidLiteral
        case duplicateName
        case tooDeep
        case tooLarge
        case tooManyValues
        case itemNotObject
        case valueNotArray
        case valueMissing
        case linkNotString
    }

    init(_ problem: Problem, at position: Int, path: String? = nil) {
        self.problem = problem
        self.position = position
        self.path = path
    }

    /// Returns the error of a document in which the bytes at hand are preceded by `count` others.
    func rebased(by count: Int) -> JSONError {
        JSONError(problem, at: position + count, path: path)
    }

    /// Part of a sentence, without a stop: `a number is malformed at byte 17`.
    package var reason: String {
        let named = path.map { " (\($0))" } ?? ""
        return "\(problem.text)\(named) at byte \(position)"
    }
}

extension JSONError.Problem {
    fileprivate var text: String {
        switch self {
        case .truncated: "the document ends too early"
        case .unexpectedByte: "a byte is out of place"
        case .trailingBytes: "something follows the document"
        case .invalidUTF8: "text is not UTF-8"
        case .controlCharacter: "a string holds a bare control character"
        case .invalidEscape: "an escape is malformed"
        case .invalidNumber: "a number is malformed"
        case .invalidLiteral: "a word is not true, false or null"
        case .duplicateName: "a name is used twice in one object"
        case .tooDeep: "values are nested more than \(Limits.depth) deep"
        case .tooLarge: "a value is too large"
        case .tooManyValues: "a value has more than \(Limits.values) parts"
        case .itemNotObject: "an item is not an object"
        case .valueNotArray: "the value of a collection is not an array"
        case .valueMissing: "a collection has no value"
        case .linkNotString: "the link to the next page is not a string"
        }
    }
}

/// How large a value may be: an item, a document, or what a page holds besides its items.
enum Limits {
    /// Objects and arrays inside one another; the item or document itself counts.
    static let depth = 256
    /// Bytes as received, and bytes in canonical form.
    static let bytes = 64 << 20
    /// Names and values; each costs 28 bytes while its item is read.
    static let values = 4 << 20
}
