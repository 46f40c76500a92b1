extension CanonicalPage {
    /// What an answer holds in the place of what was asked for.
    package enum Misfit: Sendable {
        /// No members but annotations.
        case nothing
        /// The description of an error.
        case error
        /// An array in `value`, where one object was asked for.
        case list
    }
}

/// Whether the document on the tape is an object of some type, or what services send instead of one.
extension Tape {
    /// Returns what the root object is if it is no object of a type. One that has an ID is.
    func misfit(_ input: Span<UInt8>) -> CanonicalPage.Misfit? {
        guard idName == nil else { return nil }
        var misfit: CanonicalPage.Misfit? = .nothing
        var at = 1
        while at < entries.count {
            let (name, value) = (text(entries[at], input), entries[at + 1])
            at = Int(value.next)
            // An error may come with a date or the number of the request.
            if value.kind == .object, Self.errorNames.contains(name) { return .error }
            guard !Self.isAnnotation(name) else { continue }
            let isList = name.elementsEqual("value".utf8) && value.kind == .array
            misfit = misfit == .nothing && isList ? .list : nil
        }
        return misfit
    }

    static let errorNames = [Array("error".utf8), Array("odata.error".utf8)]

    /// Here the name of the type is one too: alone, it is no object.
    private static func isAnnotation(_ name: [UInt8]) -> Bool {
        name.first == 0x40 || CanonicalRules.isAnnotation(name.span, 0..<name.count)
    }
}
