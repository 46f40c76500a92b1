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
        var spared: [ArraySlice<UInt8>] = []
        for change in changes.changes where change.kind == .deleted {
            let reading = readings[changes.type(of: change)]
            guard let filter = reading.selected.filter, let old = change.old else { continue }
            if try await !isGone(old, reading.resource, filter) {
                let path = changes.path(of: change)
                let end = path.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
                spared.append(reading.resource.hasFolders ? path[...end] : path)
            }
        }
        guard !spared.isEmpty else { return changes }
        return changes.filter { change in
            change.kind != .deleted
                || !spared.contains { changes.path(of: change).starts(with: $0) }
        }
    }

    private func isGone(
        _ blob: ObjectID, _ resource: GraphResource, _ filter: Narrowing
    ) async throws(BackupError) -> Bool {
        let bytes = try await storing { () async throws(GitError) in
            try await store.read(blob, .blob)
        }
        guard let object = try? JSONValue(parsing: bytes), object.satisfies(filter.covers),
            let id = object[resource.idMember]?.string
        else { return false }
        let request = GraphRequest(
            version: resource.version, path: "\(resource.path)/\(percentEncoded(Array(id.utf8)))",
            bucket: resource.bucket, cost: resource.cost, answer: .object)
        guard case .failure(let error) = try await answer(of: request, SelectedResource(resource))
        else {
            return false
        }
        return error.kind == .notFound
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
        }
    }
}
