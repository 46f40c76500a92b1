import Encodings
import GitObjects
import GraphCatalog

/// The objects from a root type's down to a changed one.
struct ChangeChain {
    /// Types and IDs, the root first.
    let links: [(resource: GraphResource, id: String)]

    /// Reads the IDs above an object from the path to it.
    ///
    /// - Parameters:
    ///   - path: from the root of the backup to the folder that the object's own one is in.
    ///   - family: the types above the object, the root first, and its own.
    ///   - id: the object's; `nil` if it is of a type below the family's last, and stands for the
    ///     object above it.
    init(_ path: ArraySlice<UInt8>, of family: [GraphResource], id: String?) {
        var links: [(resource: GraphResource, id: String)] = []
        var rest = path.split(separator: UInt8(ascii: "/"))[...]
        for resource in id == nil ? family[...] : family.dropLast() {
            rest = rest.dropFirst(resource.folder.split(separator: "/").count)
            guard let name = rest.popFirst() else { break }
            links.append((resource, unescaped(name)))
        }
        if let id, let own = family.last { links.append((own, id)) }
        self.links = links
    }
}

/// The ID that a file's name was made of, if it was not too long to be in it.
func unescaped(_ name: ArraySlice<UInt8>) -> String {
    guard name.contains(UInt8(ascii: "%")) else { return String(decoding: name, as: UTF8.self) }
    return String(decoding: percentDecoded(name), as: UTF8.self)
}
