import GraphCatalog

/// What a run has decided: the changes, and how each type ended.
struct Plan: Sendable {
    var readings: [TypeReading]
    let changes: ChangeList
    let counts: [Comparison.Count]
    /// Children of one object, or root types, that were there and now read empty.
    let emptied: [Comparison.Emptied]

    /// Nothing was read.
    static let nothing = Plan()

    private init() {
        (readings, changes, counts, emptied) = ([], ChangeList(), [], [])
    }

    /// - Parameter changes: those of the comparison that are to be made.
    init(_ readings: [TypeReading], _ comparison: Comparison, _ changes: ChangeList) {
        self.readings = readings
        self.changes = changes
        var counts = comparison.counts
        for type in counts.indices {
            let (before, missing) = (counts[type].before, counts[type].missing)
            counts[type] = Comparison.Count(objects: before, missing: missing)
        }
        for change in changes.changes where !changes.isUnread(change) {
            let type = changes.type(of: change)
            switch change.kind {
            case .created:
                counts[type].created += 1
                counts[type].objects += 1
            case .updated: counts[type].updated += 1
            case .deleted:
                counts[type].deleted += 1
                if changes.isBelowDeleted(change) { counts[type].deletedWithParent += 1 }
                counts[type].objects -= 1
            }
        }
        self.counts = counts
        emptied = comparison.emptied.filter { counts[$0.type].deleted > 0 }
    }

    /// The record of each type, by its name.
    var records: [String: TypeRecord] {
        var records: [String: TypeRecord] = [:]
        for (type, reading) in readings.enumerated() {
            records[reading.resource.name] = record(of: reading, counts[type])
        }
        return records
    }

    /// Secrets withheld from all that was read.
    var withheld: Int { readings.reduce(0) { $0 + $1.withheld } }

    private func record(of reading: TypeReading, _ count: Comparison.Count) -> TypeRecord {
        var record = outcome(of: reading, count)
        if record.outcome == .kept, !reading.leftOut.isEmpty {
            record.without = reading.leftOut.sorted()
        }
        record.members = reading.optional.members(after: record.outcome)
        record.membersNotRead = reading.optional.membersNotRead(after: record.outcome)
        if record.outcome != .skipped {
            record.created = count.created
            record.updated = count.updated
            record.deleted = count.deleted
        }
        record.requests = reading.requests
        record.waitSeconds = (reading.waited / .milliseconds(1)).rounded() / 1_000
        return record
    }

    private func outcome(of reading: TypeReading, _ count: Comparison.Count) -> TypeRecord {
        let scope = reading.scope
        if let failure = reading.failure {
            switch failure.kind {
            case .notAvailable where count.objects == 0, .notFound where count.objects == 0:
                // Not every tenant has every licence, and not every cloud every address. Where it
                // once worked, something was lost.
                return TypeRecord(.skipped, reason: failure.reason, objects: 0)
            case .notPermitted where count.objects == 0:
                // Not every tenant has Azure, and not everyone who wants all wants that.
                let isWanted = reading.selected.isNamed || !reading.resource.service.isAzure
                return TypeRecord(
                    .skipped, reason: failure.reason, hint: failure.hint, objects: 0,
                    isIncomplete: isWanted)
            default:
                return TypeRecord(
                    .kept, reason: failure.reason, hint: failure.hint, scope: scope,
                    objects: count.objects, isIncomplete: true)
            }
        }
        // Nothing that the backup has is missing: none of it came from there.
        let isWhole = reading.lacksOnlyLists && count.missing == 0
        if !isWhole,
            let (ids, failure) = reading.failuresBelow.min(by: {
                $0.key.joined().lexicographicallyPrecedes($1.key.joined())
            })
        {
            let parent = String(decoding: ids.last ?? [], as: UTF8.self)
            let others = reading.failuresBelow.count - 1
            let reason =
                "\(failure.reason), below \(parent)" + (others > 0 ? " and \(others) more" : "")
            return TypeRecord(
                .kept, reason: reason, hint: failure.hint, scope: scope, objects: count.objects,
                isIncomplete: true)
        }
        var record = TypeRecord(.complete, scope: scope, objects: count.objects)
        if let (_, refusal) = reading.refusedLists.min(by: { $0.key < $1.key }) {
            let names = reading.refusedLists.keys.sorted()
            record.without = names
            record.reason =
                "\(refusal.reason), so what \(names.joined(separator: " and ")) would lead to is "
                + "not there"
            record.hint = refusal.hint
        }
        return record
    }
}

extension TypeReading {
    /// The filters that decide what was asked for; empty if that was everything.
    fileprivate var scope: String {
        let own = ancestors.isEmpty && resource.walks.isEmpty ? resource.filter : nil
        return [own, selected.filter?.filter].compactMap(\.self).joined(separator: " and ")
    }
}
