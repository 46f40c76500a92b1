import CanonicalJSON
import GitObjects
import GitStore
import GraphCatalog

/// Asks for objects by their IDs that a list no longer names.
///
/// A list that stopped too early without an error cannot be told from one whose objects were deleted,
/// but for the objects: a deleted one is not found by its ID either. A type whose list left out an
/// object that is still there is kept.
///
/// - Cost: a batch for twenty deleted objects of a type, at most ten; nothing for a type that lost
///   nothing. Not asked are parts of other objects, lists with a filter and types at Azure, whose
///   objects can be there and not belong to the list.
extension TenantReader {
    /// So many are all asked for.
    private static var mostAsked: Int { 200 }
    /// If there are more, so many of them, evenly spread.
    private static var sample: Int { 40 }

    /// Returns what was decided, with the types kept that must not be believed.
    ///
    /// - Parameter plan: decides what readings would change.
    func doubtLists(
        of decided: Plan, plan: ([TypeReading]) async throws(BackupError) -> Plan
    ) async throws(BackupError) -> Plan {
        var decided = decided
        var isDoubted = false
        for (type, blobs) in decided.deletedByType {
            let (asked, there) = try await askFor(blobs, of: decided.readings[type].resource)
            decided.readings[type].requests += asked
            guard there > 0 else { continue }
            fail(
                type,
                "the list left out objects that are still there "
                    + "(\(there) of \(asked) that were asked for by their IDs)",
                &decided.readings)
            isDoubted = true
        }
        return isDoubted ? try await plan(decided.readings) : decided
    }

    /// Returns how many objects were asked for, and how many of them are there.
    private func askFor(
        _ blobs: [ObjectID], of resource: GraphResource
    ) async throws(BackupError) -> (asked: Int, there: Int) {
        var chosen = blobs
        if blobs.count > Self.mostAsked {
            chosen = (0..<Self.sample).map { blobs[$0 * blobs.count / Self.sample] }
        }
        let wanted = chosen
        let files = try await storing { () async throws(GitError) in
            try await store.blobsIfKept(wanted)
        }
        let ids = files.compactMap { file in
            file.flatMap { try? JSONValue(parsing: $0) }?[resource.idMember]?.string
        }
        var there = 0
        for start in stride(from: 0, to: ids.count, by: 20) {
            there += try await count(of: Array(ids[start..<min(start + 20, ids.count)]), resource)
        }
        return (ids.count, there)
    }

    /// Only the object itself proves that it is there: not every type's objects can be asked for.
    private func count(
        of ids: [String], _ resource: GraphResource
    ) async throws(BackupError) -> Int {
        let requests = ids.compactMap {
            GraphResource.request(of: [(resource, Array($0.utf8))], tenant: tenant)
        }
        guard requests.count == ids.count else { return 0 }
        do throws(GraphError) {
            return zip(ids, try await source.batch(requests)).count { id, answer in
                guard case .success(let page) = answer else { return false }
                let found = (try? JSONValue(parsing: page.body))?[resource.idMember]?.string
                return found?.lowercased() == id.lowercased()
            }
        } catch {
            guard error.kind != .signInRefused else { throw .source(error) }
            return 0
        }
    }
}

extension Plan {
    /// The blobs of deleted objects, by the places of their types, that can be asked for.
    fileprivate var deletedByType: [(type: Int, blobs: [ObjectID])] {
        var blobs: [Int: [ObjectID]] = [:]
        for change in changes.changes where change.kind == .deleted && !changes.isUnread(change) {
            let type = changes.type(of: change)
            guard let old = change.old, readings[type].namesAllThereIs else { continue }
            blobs[type, default: []].append(old)
        }
        return blobs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension TypeReading {
    /// Whether an object that is there must be in the list.
    fileprivate var namesAllThereIs: Bool {
        ancestors.isEmpty && resource.walks.isEmpty && resource.answer == .collection
            && !resource.isSingleFile && resource.filter == nil && selected.filter == nil
            && !resource.service.isAzure
    }
}
