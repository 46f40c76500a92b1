package import GitObjects

/// An object as git keeps it in a file of its own: kind, size and bytes in one zlib stream.
///
/// Read here because libgit2 never returns from a loose object that has been cut short by
/// a power cut (fixed in libgit2 after 1.9).
package struct LooseObject: Sendable {
    package let kind: ObjectKind
    package let bytes: [UInt8]

    /// `nil` if the file is not the whole of the object with this ID.
    package init?(file: [UInt8], id: ObjectID) {
        guard let whole = Deflate().decompress(file),
            let space = whole.firstIndex(of: UInt8(ascii: " ")),
            let zero = whole[space...].firstIndex(of: 0),
            let kind = ObjectKind(word: String(decoding: whole[..<space], as: UTF8.self)),
            String(decoding: whole[(space + 1)..<zero], as: UTF8.self)
                == String(whole.count - zero - 1)
        else { return nil }
        self.kind = kind
        bytes = Array(whole[(zero + 1)...])
        guard ObjectID(of: kind, bytes.span) == id else { return nil }
    }

    /// Where an object has its file.
    ///
    /// - Parameter folder: `objects` of a repository.
    package static func path(of id: ObjectID, in folder: String) -> String {
        let hex = id.description
        return "\(folder)/\(hex.prefix(2))/\(hex.dropFirst(2))"
    }
}
