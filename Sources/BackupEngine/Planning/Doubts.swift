import CanonicalJSON
import GitObjects
import GitStore
import GraphCatalog

/// Looks for absences that are likelier a failure of the service than somebody's deletions.
///
/// A failed read is never recorded as a deletion: what reads empty is read again, what has lost more
/// than half of itself is kept, until `--accept-deletions`.
extension TenantReader {
    /// Returns the plan of the readings with all that must not be believed marked as failed.
    ///
    /// - Parameter plan: decides what readings would change.
    func settle(
        _ readings: [TypeReading],
        plan: ([TypeReading]) async throws(BackupError) -> Plan
    ) async throws(BackupError) -> Plan {
        var readings = readings
        var decided = try await plan(readings)
        // What comes new with a second reading may be empty in its turn. Each place is read again
        // once, so this ends.
        var asked: Set<Emptied> = []
        // Root types that have been read again.
        var again: Set<Int> = []
        while true {
            let emptied = try await emptied(by: decided)
            let open = emptied.filter { one in
                if one.count > 1 { return true }
                // One object that is gone twice was deleted; of one that is gone once, only a list that
                // was wrong before is asked again.
                guard !asked.contains(one) else { return false }
                let root = readings[one.type].ancestors.first ?? one.type
                return readings[one.type].resource.isSingleFile || again.contains(root)
            }
            guard !open.isEmpty else { break }
            for one in open {
                if asked.insert(one).inserted {
                    if readings[one.type].ancestors.isEmpty { again.insert(one.type) }
                    try await readAgain(one, &readings)
                } else {
                    keep(one, &readings)
                }
            }
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

    /// What reads empty, or far too short, of what a plan would delete.
    private func emptied(by plan: Plan) async throws(BackupError) -> [Emptied] {
        plan.emptied.map { Emptied(type: $0.type, ids: $0.ids, count: $0.count) }
            + (try await shortenedFiles(of: plan))
    }

    /// Lists in one file whose elements are gone, or more than half of twenty and more of them.
    private func shortenedFiles(of plan: Plan) async throws(BackupError) -> [Emptied] {
        var found: [Emptied] = []
        for change in plan.changes.changes where change.kind != .created {
            let type = plan.changes.type(of: change)
            let reading = plan.readings[type]
            guard reading.resource.isSingleFile, reading.resource.answer == .collection,
                let old = change.old
            else { continue }
            let bytes = try await storing { () async throws(GitError) in
                try await store.blobsIfKept([old])[0]
            }
            let before = bytes.flatMap { try? JSONValue(parsing: $0) }?.array?.count ?? 1
            let lost = before - reading.elementCount
            if reading.elementCount == 0 || before >= 20 && lost * 2 > before {
                found.append(Emptied(type: type, ids: [], count: lost))
            }
        }
        return found
    }

    private func readAgain(
        _ emptied: Emptied, _ readings: inout [TypeReading]
    ) async throws(BackupError) {
        let reading = readings[emptied.type]
        if reading.ancestors.isEmpty {
            let again = try await readFamily(of: reading.selected)
            if let first = again.first, first.failure == nil, first.holds(moreThan: reading) {
                replace(emptied.type, with: again, &readings)
            }
        } else {
            let chain = reading.ancestors.map { readings[$0].resource }
            let again = try await answer(
                of: reading.resource.request(
                    below: Array(zip(chain, emptied.ids)), tenant: tenant),
                reading.selected)
            if case .success(let answer) = again, !answer.listing.isEmpty {
                try await readings[emptied.type].take(answer, below: emptied.ids, in: store)
            }
        }
    }

    /// Keeps what has been read again and is no better.
    private func keep(_ emptied: Emptied, _ readings: inout [TypeReading]) {
        let reading = readings[emptied.type]
        let reason =
            (reading.elementCount == 0 ? "all " : "")
            + "\(emptied.count) objects were gone at once, in two readings"
        if reading.ancestors.isEmpty {
            fail(emptied.type, reason, &readings)
        } else {
            readings[emptied.type].failuresBelow[emptied.ids] = doubt(reason)
        }
    }

    private func replace(_ type: Int, with family: [TypeReading], _ readings: inout [TypeReading]) {
        for (offset, reading) in family.enumerated() {
            readings[type + offset] = reading.moved(by: type)
        }
    }

    /// Keeps a type whose deletions must not be believed.
    func fail(_ type: Int, _ reason: String, _ readings: inout [TypeReading]) {
        fail(type, doubt(reason), &readings)
    }

    /// Keeps a type and what is below its objects.
    func fail(_ type: Int, _ error: GraphError, _ readings: inout [TypeReading]) {
        readings[type].failure = error
        for child in readings.indices where readings[child].ancestors.contains(type) {
            readings[child].failure = GraphError(
                error.kind, "\(readings[type].resource.name) was kept: \(error.reason)",
                hint: error.hint)
        }
    }

    private func doubt(_ reason: String) -> GraphError {
        GraphError(
            .unavailable, reason,
            hint: "If they really were deleted, run the backup again with --accept-deletions.")
    }
}

/// Objects of a place that were there and are not listed.
private struct Emptied: Hashable {
    let type: Int
    let ids: [[UInt8]]
    let count: Int

    static func == (one: Self, other: Self) -> Bool {
        one.type == other.type && one.ids == other.ids
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(type)
        hasher.combine(ids)
    }
}

extension TypeReading {
    /// Whether a root type has more objects here, or more elements in its file, than in another
    /// reading.
    fileprivate func holds(moreThan other: TypeReading) -> Bool {
        let count = { (reading: TypeReading) in
            reading.elementCount + (reading.listings[[]]?.objects.count ?? 0)
        }
        return count(self) > count(other)
    }
}

/// Decides about objects that a narrowed read did not list.
extension TenantReader {
    /// Returns the changes without the deletions that the read's scope does not cover: objects a
    /// narrowing would not have listed when they were last seen, and objects that are still there
    /// though a filter did not list them.
    func confirm(
        _ changes: ChangeList, _ readings: [TypeReading]
    ) async throws(BackupError) -> ChangeList {
        var spared: Set<ArraySlice<UInt8>> = []
        await store.bring(
            changes.changes.lazy.filter {
                $0.kind == .deleted && !changes.isUnread($0)
                    && readings[changes.type(of: $0)].isFiltered
            }.compactMap(\.old))
        // What stands below an object goes or stays with it.
        for change in changes.changes where change.kind == .deleted && !changes.isUnread(change) {
            let reading = readings[changes.type(of: change)]
            guard reading.isFiltered, let old = change.old else { continue }
            if try await !isGone(old, reading.resource, reading.selected.filter) {
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
        _ blob: ObjectID, _ resource: GraphResource, _ narrowing: Narrowing?
    ) async throws(BackupError) -> Bool {
        let bytes = try await storing { () async throws(GitError) in
            try await store.blobsIfKept([blob])[0]
        }
        guard let bytes, let object = try? JSONValue(parsing: bytes),
            narrowing.map({ object.satisfies($0.covers) }) ?? true,
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

extension TypeReading {
    /// Whether a filter decides what its list names: its own, which may be another one than last
    /// time, or one that narrows it.
    fileprivate var isFiltered: Bool {
        selected.filter != nil
            || resource.filter != nil && ancestors.isEmpty && resource.walks.isEmpty
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
