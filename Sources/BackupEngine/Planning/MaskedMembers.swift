import CanonicalJSON
import GitObjects
import GitStore
import GraphCatalog

/// Looks for objects that the service gave with nulls because the application may not read them.
///
/// Without `User.Read.All` a list of members still names all users, with status 200, but every member
/// of them is null except the ID. That is no update. A type is kept if a member of its objects is null
/// in every object of one kind although the backup has values there, unless the token carries a
/// permission for that kind.
///
/// - Cost: of each type with updates the bytes of a few objects, of one that looks masked those of
///   all that are updated.
extension TenantReader {
    /// Objects that are as they were and must be masked too.
    private static var samples: Int { 20 }

    /// Returns what was decided, with the types kept whose objects are masked.
    ///
    /// - Parameter plan: decides what readings would change.
    func keepMasked(
        _ decided: Plan, plan: ([TypeReading]) async throws(BackupError) -> Plan
    ) async throws(BackupError) -> Plan {
        var updated: [Int: [ChangeList.Change]] = [:]
        for change in decided.changes.changes where change.kind == .updated {
            let type = decided.changes.type(of: change)
            guard !decided.readings[type].resource.service.isAzure else { continue }
            updated[type, default: []].append(change)
        }
        var readings = decided.readings
        var isMasked = false
        for (type, changes) in updated.sorted(by: { $0.key < $1.key }) {
            guard let kind = try await maskedKind(changes, decided, type) else { continue }
            fail(type, masked(kind), &readings)
            isMasked = true
        }
        return isMasked ? try await plan(readings) : decided
    }

    private func masked(_ kind: PrincipalKind) -> GraphError {
        GraphError(
            .notPermitted,
            "objects of type \(kind.typeName.dropFirst()) came without their properties: the "
                + "application lacks \(kind.permissions[0])",
            hint:
                "Grant \(kind.permissions[0]) in Entra and consent to it, then run the backup again."
        )
    }

    /// The kind of which every object is masked; `nil` if there is none.
    private func maskedKind(
        _ changes: [ChangeList.Change], _ decided: Plan, _ type: Int
    ) async throws(BackupError) -> PrincipalKind? {
        // Blanked members by kind, in all objects so far; empty once one is not masked.
        var blanked: [String: Set<String>] = [:]
        for change in changes {
            guard let old = change.old, let new = decided.changes.new(of: change),
                let (before, after) = try await objects(old, new)
            else { continue }
            // Objects of one kind only do not say which, and nobody may list them without reading them.
            guard let kind = after["@odata.type"]?.string else { return nil }
            let own = after.blanks(since: before)
            blanked[kind] = blanked[kind]?.intersection(own) ?? own
            if blanked.values.allSatisfy(\.isEmpty) { return nil }
        }
        for (name, members) in blanked.sorted(by: { $0.key < $1.key }) where !members.isEmpty {
            guard let kind = PrincipalKind.named(name) else { continue }
            // A token that says nothing, or cannot be had any more, permits nothing.
            let held = (try? await source.permissions()) ?? []
            guard held.isDisjoint(with: kind.permissions) else { continue }
            if try await areBlank(members, in: decided.readings[type], kind) { return kind }
        }
        return nil
    }

    private func objects(
        _ old: ObjectID, _ new: ObjectID
    ) async throws(BackupError) -> (JSONValue, JSONValue)? {
        let blobs = try await storing { () async throws(GitError) in
            try await store.blobsIfKept([old, new])
        }
        guard let before = blobs[0].flatMap({ try? JSONValue(parsing: $0) }),
            let after = blobs[1].flatMap({ try? JSONValue(parsing: $0) })
        else { return nil }
        return (before, after)
    }

    /// Whether some of the members are null in all objects of a kind that were read.
    private func areBlank(
        _ members: Set<String>, in reading: TypeReading, _ kind: PrincipalKind
    ) async throws(BackupError) -> Bool {
        let all = reading.listings.values.lazy.flatMap(\.objects).prefix(Self.samples).map(\.blob)
        let sample = Array(all)
        let blobs = try await storing { () async throws(GitError) in
            try await store.blobsIfKept(sample)
        }
        let objects = blobs.compactMap { $0.flatMap { try? JSONValue(parsing: $0) } }
            .filter { $0["@odata.type"]?.string == kind.typeName }
        return members.contains { member in objects.allSatisfy { $0[member]?.isNull ?? true } }
    }
}

extension JSONValue {
    /// Members that are null here and had a value before.
    fileprivate func blanks(since before: JSONValue) -> Set<String> {
        let blank = (object ?? []).filter { $0.value.isNull }.map(\.name)
        return Set(blank.filter { before[$0].map { !$0.isNull } ?? false })
    }
}
