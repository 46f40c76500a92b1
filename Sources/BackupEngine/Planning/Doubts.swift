import CanonicalJSON
import GitObjects
import GitStore
import GraphCatalog

/// Looks for absences that are likelier a failure of the service than somebody's deletions.
///
/// A backup must never lie about absence: what reads empty is read again, what has lost more than
/// half of itself is kept, until `--accept-deletions`.
extension TenantReader {
    /// Returns the readings with all that must not be believed marked as failed.
    ///
    /// - Parameter plan: decides what readings would change.
    func settle(
        _ readings: [TypeReading],
        plan: ([TypeReading]) async throws(BackupError) -> Plan
    ) async throws(BackupError) -> Plan {
        var readings = readings
        var decided = try await plan(readings)
        if !decided.emptied.isEmpty {
            for emptied in decided.emptied { try await readAgain(emptied, &readings) }
            decided = try await plan(readings)
        }
        let halved = decided.counts.enumerated().filter { _, count in
            // What went with its parent is the parent's deletion.
            let before = count.before - count.deletedWithParent
            return before >= 20 && (count.deleted - count.deletedWithParent) * 2 > before
        }
        guard !halved.isEmpty else { return decided }
        for (type, count) in halved {
            fail(type, "\(count.deleted) of \(count.before) objects were gone at once", &readings)
        }
        return try await plan(readings)
    }

    private func readAgain(
        _ emptied: Comparison.Emptied, _ readings: inout [TypeReading]
    ) async throws(BackupError) {
        let reading = readings[emptied.type]
        let reason = "all \(emptied.count) objects were gone at once, in two readings"
        if reading.ancestors.isEmpty {
            let again = try await readFamily(of: reading.selected)
            guard let first = again.first,
                first.failure != nil || first.listings[[]]?.isEmpty ?? true
            else {
                replace(emptied.type, with: again, &readings)
                return
            }
            fail(emptied.type, reason, &readings)
        } else {
            let chain = reading.ancestors.map { readings[$0].resource }
            let again = try await answer(
                of: reading.resource.request(
                    below: Array(zip(chain, emptied.ids)), tenant: tenant),
                reading.selected)
            if case .success(let answer) = again, !answer.listing.isEmpty {
                try await readings[emptied.type].take(answer, below: emptied.ids, in: store)
            } else {
                readings[emptied.type].failuresBelow[emptied.ids] = doubt(reason)
            }
        }
    }

    private func replace(_ type: Int, with family: [TypeReading], _ readings: inout [TypeReading]) {
        for (offset, reading) in family.enumerated() {
            readings[type + offset] = reading.moved(by: type)
        }
    }

    private func fail(_ type: Int, _ reason: String, _ readings: inout [TypeReading]) {
        readings[type].failure = doubt(reason)
        for child in readings.indices where readings[child].ancestors.contains(type) {
            readings[child].failure = doubt("\(readings[type].resource.name) was kept: \(reason)")
        }
    }

    private func doubt(_ reason: String) -> GraphError {
        GraphError(
            .unavailable, reason,
            hint: "If they really were deleted, run the backup again with --accept-deletions.")
    }
}

/// Decides about objects that a narrowed read did not list.
extension TenantReader {
    /// Returns the changes without the deletions that the read's scope does not cover: objects its
    /// filter would not have listed when they were last seen, and objects that are still there.
    func confirm(
        _ changes: ChangeList, _ readings: [TypeReading]
    ) async throws(BackupError) -> ChangeList {
        var spared: Set<ArraySlice<UInt8>> = []
        await store.bring(
            changes.changes.lazy.filter {
                $0.kind == .deleted && !changes.isUnread($0)
                    && readings[changes.type(of: $0)].selected.filter != nil
            }.compactMap(\.old))
        // What stands below an object goes or stays with it.
        for change in changes.changes where change.kind == .deleted && !changes.isUnread(change) {
            let reading = readings[changes.type(of: change)]
            guard let filter = reading.selected.filter, let old = change.old else { continue }
            if try await !isGone(old, reading.resource, filter) {
                let path = changes.path(of: change)
                let end = path.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
                spared.insert(reading.resource.hasFolders ? path[..<end] : path[...])
            }
        }
        guard !spared.isEmpty else { return changes }
        return changes.filter { change in
            guard change.kind == .deleted else { return true }
            let path = changes.path(of: change)
            let isSpared = path.indices.contains {
                path[$0] == UInt8(ascii: "/") && spared.contains(path[..<$0])
            }
            return !isSpared && !spared.contains(path[...])
        }
    }

    private func isGone(
        _ blob: ObjectID, _ resource: GraphResource, _ filter: Narrowing
    ) async throws(BackupError) -> Bool {
        let bytes = try await storing { () async throws(GitError) in
            try await store.blobsIfKept([blob])[0]
        }
        guard let bytes, let object = try? JSONValue(parsing: bytes),
            object.satisfies(filter.covers),
            let id = object[resource.idMember]?.string
        else { return false }
        let chain = [(resource: resource, id: Array(id.utf8))]
        guard let request = GraphResource.request(of: chain, tenant: tenant) else { return false }
        return try await isMissing(request)
    }

    /// Reads one collection or object whose failure concerns nothing else.
    private func answer(
        of request: GraphRequest, _ selected: SelectedResource
    ) async throws(BackupError) -> Result<CollectionAnswer, GraphError> {
        do throws(BackupError) {
            return .success(try await reader.read(request, of: selected) { _ in })
        } catch {
            return .failure(try error.ofOneType)
        }
    }
}

extension JSONValue {
    fileprivate func satisfies(_ condition: Narrowing.Condition) -> Bool {
        switch condition {
        case .array(let member, let element):
            self[member]?.array?.contains { $0.string == element } ?? false
        case .isNotTrue(let member): self[member]?.bool != true
        case .both(let conditions): conditions.allSatisfy(satisfies)
        }
    }
}
