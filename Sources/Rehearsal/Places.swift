import GraphCatalog
import TenantSimulator

/// Where the catalog's types are, in a tenant and in its backup.
enum Places {
    /// A type below those it is asked for by, the root first.
    private typealias Family = [GraphResource]

    /// The collections of all types, by the segments of their paths.
    private struct Node {
        static let id = "{id}"
        static let tenant = "{tenant}"
        var next: [String: Node] = [:]
        var families: [Family] = []

        mutating func insert(_ family: Family, at path: ArraySlice<Substring>) {
            guard let first = path.first else { return families.append(family) }
            next[String(first), default: Node()].insert(family, at: path.dropFirst())
        }

        /// Families with the IDs in the path.
        func find(_ path: ArraySlice<Substring>, _ ids: [String]) -> [(Family, [String])] {
            guard let first = path.first else { return families.map { ($0, ids) } }
            let rest = path.dropFirst()
            return (next[String(first)]?.find(rest, ids) ?? [])
                + (next[Node.id]?.find(rest, ids + [String(first)]) ?? [])
                + (next[Node.tenant]?.find(rest, ids) ?? [])
        }
    }

    private static let top: Node = {
        var top = Node()
        func insert(_ type: GraphResource, below parents: Family, at base: String) {
            let path = type.namesParent || base.isEmpty ? type.path : "\(base)/{id}/\(type.path)"
            var segments = path.split(separator: "/")[...]
            // Of one object by its ID, its list.
            if segments.last?.first == "{" { segments = segments.dropLast() }
            top.insert(parents + [type], at: segments)
            for child in type.children { insert(child, below: parents + [type], at: path) }
        }
        for type in GraphResource.all where type.service == .graph {
            insert(type, below: [], at: "")
        }
        return top
    }()

    // MARK: - A tenant's

    /// What a backup holds of a tenant, by the folders of objects.
    static func files(of snapshot: TenantSnapshot) -> [String: HeldFile] {
        let lists = Dictionary(grouping: snapshot.objects.keys, by: \.path)
        var files: [String: HeldFile] = [:]
        for (place, object) in snapshot.objects.sorted(by: { $0.key.deed < $1.key.deed }) {
            for (family, above) in top.find(place.path.split(separator: "/")[...], []) {
                guard let type = family.last,
                    let (ids, parents) = ids(of: object, at: place, above, family, in: snapshot)
                else { continue }
                let parts =
                    [(place, object)] + shown(in: object, at: place, by: type, snapshot, lists)
                let folder = folder(of: family, ids, object)
                files[folder, default: HeldFile(type: type, ids: ids, parents: parents)].parts +=
                    parts
            }
        }
        return files
    }

    /// From the root to an object, and those it was asked for by besides; `nil` for what the type
    /// does not hold.
    private static func ids(
        of object: JSON, at place: TenantSnapshot.Place, _ above: [String], _ family: Family,
        in snapshot: TenantSnapshot
    ) -> (ids: [String], parents: [String])? {
        guard let type = family.last else { return nil }
        let key = place.key.isEmpty && family.count > 1 ? type.fallbackID : place.key
        guard let filter = type.filter else {
            // Of an object again, with its parts, the ID is that of its parent.
            let own = type.path.hasSuffix("{parent}") ? [key, key] : above + [key]
            return own.count == family.count ? (own, []) : nil
        }
        var parents: [String] = []
        for term in filter.split(separator: " and ") {
            let sides = term.split(separator: " eq ").map(String.init)
            guard sides.count == 2 else { continue }
            let value = member(sides[0], of: object)
            guard sides[1] == "'{parent}'" else {
                if "'\(value ?? "")'" != sides[1] { return nil }
                continue
            }
            let list = type.walks.first ?? family.dropLast().last
            guard let value, let list,
                snapshot.objects[.init(path: list.path, key: value, isSingleton: false)] != nil
            else { return nil }
            parents.append(value)
        }
        return family.count > 1 ? (parents + [key], []) : (above + [key], parents)
    }

    /// `accessPackage/id` may be its `accessPackageId`.
    private static func member(_ path: String, of object: JSON) -> String? {
        object[JSONText(path.replacing("/id", with: "Id"))]?.string
            ?? object.at(path.split(separator: "/").map(String.init))?.string
    }

    /// What a type shows of other places in an object.
    private static func shown(
        in object: JSON, at place: TenantSnapshot.Place, by type: GraphResource,
        _ snapshot: TenantSnapshot, _ lists: [String: [TenantSnapshot.Place]]
    ) -> [(TenantSnapshot.Place, JSON)] {
        var bases = [place.deed]
        var shown: [TenantSnapshot.Place] = []
        let relations = (type.expand ?? "").split { !$0.isLetter && $0 != "$" }
        for relation in relations where relation != "$expand" {
            if relation == "policy", let id = object["policyId"]?.string {
                let policy = TenantSnapshot.Place(
                    path: "policies/roleManagementPolicies", key: id, isSingleton: false)
                shown.append(policy)
                bases.append(policy.deed)
            }
            shown += bases.flatMap { lists["\($0)/\(relation)"] ?? [] }
        }
        return shown.compactMap { place in snapshot.objects[place].map { (place, $0) } }
    }

    // MARK: - A backup's

    /// The object's folder, its IDs as they are; of what there is only one of, its type's.
    private static func folder(of family: Family, _ ids: [String], _ object: JSON) -> String {
        let type = family[family.count - 1]
        if type.isSingleFile || type.answer == .object && ids.count == 1 { return type.folder }
        if case .files(let templates) = type.placement {
            let path = templates.lazy.compactMap { template in
                template.path { object.at($0.split(separator: ".").map(String.init))?.string }
            }.first
            return "\(type.folder)/\((path ?? [ids[0]]).joined(separator: "/"))"
        }
        return zip(family, ids).flatMap { [$0.folder, $1] }.filter { !$0.isEmpty }
            .joined(separator: "/")
    }

    private static let roots = GraphResource.all.filter { $0.service == .graph }
    private static let single = Set(
        roots.filter { $0.isSingleFile || $0.answer == .object }.map(\.folder))
    /// Folders of files that have none for themselves.
    private static let flat = Set(
        roots.filter { !$0.hasFolders && !$0.isSingleFile }.map(\.folder))

    /// The folder that a file of a backup stands for, named as ``files(of:)`` does.
    static func folder(ofFile path: String) -> String {
        guard !single.contains(path) else { return path }
        let names = path.split(separator: "/").map { unescaped(String($0)) }
        let folders = names.dropLast()
        let folder = folders.joined(separator: "/")
        if flat.contains(folder), let name = names.last {
            return "\(folder)/\(name.hasSuffix(".json") ? String(name.dropLast(5)) : name)"
        }
        let above = folders.dropLast().joined(separator: "/")
        return single.contains(above) ? above : folder
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

/// One file of a backup, as a tenant has it.
struct HeldFile {
    let type: GraphResource
    /// From the root to the object.
    let ids: [String]
    /// What it was asked for by besides.
    let parents: [String]
    /// The object first, then what is shown in it of others; of a file that holds a whole list, its
    /// objects.
    var parts: [(place: TenantSnapshot.Place, object: JSON)] = []

    /// A place of which the two states are not the same.
    struct Difference {
        let place: TenantSnapshot.Place
        let old: JSON?
        let new: JSON?

        /// Names of members that differ.
        var members: Set<String> {
            let names = [old, new].flatMap { $0?.members ?? [] }.map(\.name)
            return Set(names.filter { old?[$0] != new?[$0] }.map(\.string))
        }
    }

    /// What differs between two states of a file.
    static func differences(_ old: HeldFile?, _ new: HeldFile?) -> [Difference] {
        let olds = Dictionary((old?.parts ?? []).map { ($0.place, $0.object) }) { one, _ in one }
        let news = Dictionary((new?.parts ?? []).map { ($0.place, $0.object) }) { one, _ in one }
        return Set(olds.keys).union(news.keys).filter { olds[$0] != news[$0] }.map {
            Difference(place: $0, old: olds[$0], new: news[$0])
        }
    }
}
