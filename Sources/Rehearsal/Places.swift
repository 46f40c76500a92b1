import GraphCatalog
import TenantSimulator

/// Where the catalog's types are, in a tenant and in its backup.
enum Places {
    private static let patterns: [String: (type: GraphResource, parent: GraphResource?)] = {
        var patterns: [String: (type: GraphResource, parent: GraphResource?)] = [:]
        for type in GraphResource.all where type.service == .graph {
            patterns[type.path] = (type, nil)
            for child in type.children where !child.namesParent {
                patterns["\(type.path)/{id}/\(child.path)"] = (child, type)
            }
        }
        return patterns
    }()

    /// The type of what is at a place, and the IDs from the root to it; `nil` for what no backup
    /// holds there.
    static func type(at place: TenantSnapshot.Place) -> (type: GraphResource, ids: [String])? {
        if let found = patterns[place.path] { return (found.type, [place.key]) }
        let parts = place.path.split(separator: "/").map(String.init)
        for at in parts.indices {
            var pattern = parts
            pattern[at] = "{id}"
            if let found = patterns[pattern.joined(separator: "/")] {
                return (found.type, [parts[at], place.key])
            }
        }
        return nil
    }

    private static let parents: [String: GraphResource] = Dictionary(
        patterns.values.compactMap { found in found.parent.map { (found.type.name, $0) } }
    ) { one, _ in one }

    /// The object's folder, its IDs as they are; of what there is only one of, its type's.
    static func folder(of type: GraphResource, _ ids: [String]) -> String {
        if type.isSingleFile || type.answer == .object && ids.count == 1 { return type.folder }
        guard ids.count > 1, let parent = parents[type.name] else {
            return "\(type.folder)/\(ids.last ?? "")"
        }
        return "\(parent.folder)/\(ids[0])/\(type.folder)/\(ids[1])"
    }

    private static let single = Set(
        patterns.values.filter {
            $0.parent == nil && ($0.type.isSingleFile || $0.type.answer == .object)
        }.map(\.type.folder))

    /// The folder that a file of a backup stands for, named as ``folder(of:_:)`` does.
    static func folder(ofFile path: String) -> String {
        guard !single.contains(path) else { return path }
        let folders = path.split(separator: "/").dropLast().map { unescaped(String($0)) }
        let above = folders.dropLast().joined(separator: "/")
        return single.contains(above) ? above : folders.joined(separator: "/")
    }

    /// The ID that a name was made of, if it was not too long.
    private static func unescaped(_ name: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(name.utf8)[...]
        if rest.count > 17, rest[rest.endIndex - 17] == UInt8(ascii: "~") {
            rest = rest.dropLast(17)
        }
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), let value = UInt8(digits, radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
