import CanonicalJSON
import GitObjects
import GitStore
import GraphCatalog

/// Some of the changes of a run, as a person is told of them.
struct DescribedChanges: Sendable {
    /// The first ones, in path order.
    var listed: [ChangedObject] = []
    /// All of them, by kind.
    var counts: [ChangedObject.Kind: Int] = [:]
    /// Names of the types that change, in the order in which they first do.
    var types: [String] = []

    var count: Int { counts.values.reduce(0, +) }
}

/// Finds the words a person knows changed objects by.
struct ChangeNames {
    let store: GitStore
    let readings: [TypeReading]

    /// Describes the changes at these places.
    ///
    /// - Parameters:
    ///   - limit: so many are listed.
    ///   - naming: the first so many get their display names, which costs reading them; the others
    ///     their IDs.
    func describe(
        _ changes: ChangeList, _ places: some Sequence<Int>, listing limit: Int, naming: Int
    ) async throws(BackupError) -> DescribedChanges {
        var described = DescribedChanges()
        var types: Set<Int> = []
        var listed: [ChangeList.Change] = []
        for place in places {
            let change = changes.changes[place]
            let type = changes.type(of: change)
            described.counts[change.kind, default: 0] += 1
            if types.insert(type).inserted {
                described.types.append(readings[type].resource.name)
            }
            if listed.count < limit { listed.append(change) }
        }
        let names = try await displayNames(of: listed.prefix(naming), changes)
        for (index, change) in listed.enumerated() {
            let name = index < names.count ? names[index] : nil
            described.listed.append(object(change, changes, name))
        }
        return described
    }

    private func object(
        _ change: ChangeList.Change, _ changes: ChangeList, _ name: String?
    ) -> ChangedObject {
        let path = changes.path(of: change)
        let file = path[((path.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1)...]
        return ChangedObject(
            kind: change.kind, type: readings[changes.type(of: change)].resource.name,
            path: String(decoding: path, as: UTF8.self),
            name: name ?? String(decoding: file.dropLast(5), as: UTF8.self))
    }

    private func displayNames(
        of listed: ArraySlice<ChangeList.Change>, _ changes: ChangeList
    ) async throws(BackupError) -> [String?] {
        let blobs = listed.compactMap { changes.new(of: $0) ?? $0.old }
        let objects = try await storing { () async throws(GitError) in
            try await store.blobsIfKept(blobs)
        }
        return objects.map { object in
            let names = ["displayName", "userPrincipalName"].lazy.compactMap {
                object?.ownText(named: $0)
            }
            return names.first { !$0.isEmpty }
        }
    }
}

extension [UInt8] {
    /// The string that a member of the object itself holds, in canonical JSON.
    ///
    /// The members of the object stand on lines of their own, and no others are indented by two
    /// spaces; a line break is never part of a string. So nothing else has to be read.
    func ownText(named name: String) -> String? {
        let beginning = Array("  \"\(name)\": ".utf8)
        var rest = self[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            guard line.starts(with: beginning) else { continue }
            let text = line.dropFirst(beginning.count)
            let value = text.last == UInt8(ascii: ",") ? text.dropLast() : text
            return (try? JSONValue(parsing: Array(value)))?.string
        }
        return nil
    }
}
