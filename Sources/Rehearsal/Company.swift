package import Attribution
package import GraphCatalog
package import TenantSimulator

/// A made-up company that lives through a year, and the truth about all that changes in it: who did
/// it, and whether the audit log says so.
///
/// A change is *not in the log* if
/// - the service does not log it there: Intune, Cloud PC, Exchange, SharePoint and Teams have logs of
///   their own, no activity is known of parts of user flows and connectors, and of a method of
///   authentication or a rule of PIM the log does not say which it was;
/// - the year's habits left the event out, or its actor, or let it come after the run;
/// - two settings that share an activity, and have no ID in the log, went from the same value to the
///   same value.
package struct Company {
    package let tenant: SimulatedTenant
    private let clock: any SimulatorClock
    private var before: TenantSnapshot
    private var people: [String: Set<String>] = [:]

    package init(_ tenant: SimulatedTenant, _ clock: any SimulatorClock) {
        self.tenant = tenant
        self.clock = clock
        before = tenant.snapshot()
    }

    /// What became of one object in a day.
    package struct Change: Sendable {
        package let type: GraphResource
        /// From the root to the object.
        package let ids: [String]
        package let kind: ObjectChange.Kind
        package let before: [UInt8]?
        package let after: [UInt8]?
        /// IDs of those whose deeds it is made of, in lower case.
        package let authors: Set<String>
        package let isInLog: Bool

        /// The object's folder in the backup, as ``RecordedHistory`` names it.
        package var folder: String { Places.folder(of: type, ids) }
    }

    /// Lives one day, and tells what changed.
    package mutating func live(_ year: Year, day: Int) throws -> [Change] {
        let start = clock.now
        let deeds = try tenant.live(year, day: day)
        let after = tenant.snapshot()
        let today = Day(
            before: before, after: after, deeds: deeds, now: clock.now,
            log: tenant.auditEvents(since: start).map {
                ($0.time, String(decoding: $0.json.bytes, as: UTF8.self))
            })
        note(before)
        note(after)
        before = after
        return today.changes
    }

    /// IDs of everything there is, in lower case.
    package var ids: Set<String> { Set(before.objects.keys.map { $0.key.lowercased() }) }

    // MARK: - Names

    private mutating func note(_ snapshot: TenantSnapshot) {
        for (place, object) in snapshot.objects {
            switch place.path {
            case "users":
                guard let name = object["userPrincipalName"]?.string else { continue }
                people[place.key.lowercased(), default: []].insert(name)
            case "servicePrincipals":
                guard let name = object["displayName"]?.string else { continue }
                for id in [place.key, object["appId"]?.string].compactMap(\.self) {
                    people[id.lowercased(), default: []].insert("\(name) (SP)")
                }
            default: continue
            }
        }
    }

    /// Whether some people and programs are just these authors: people by their principal names,
    /// programs by a name they had.
    package func are(_ actors: Set<String>, _ authors: Set<RecordedHistory.Author>) -> Bool {
        actors.count == authors.count
            && actors.allSatisfy { actor in authors.contains { isNamed(actor, by: $0) } }
    }

    private func isNamed(_ actor: String, by author: RecordedHistory.Author) -> Bool {
        let names = people[actor] ?? []
        return names.contains(author.email) || names.contains(author.name)
    }
}

/// One day of a company.
private struct Day {
    let before: TenantSnapshot
    let after: TenantSnapshot
    let deeds: [Year.Deed]
    let now: Timestamp
    let log: [(time: Timestamp, text: String)]

    var changes: [Company.Change] {
        var changes: [Company.Change] = []
        for place in Set(Array(before.objects.keys) + Array(after.objects.keys)) {
            if let change = change(at: place) { changes.append(change) }
        }
        return changes.sorted { $0.folder < $1.folder }
    }

    private func change(at place: TenantSnapshot.Place) -> Company.Change? {
        let old = before.objects[place]
        let new = after.objects[place]
        guard old != new, let (type, ids) = Places.type(at: place) else { return nil }
        let kind: ObjectChange.Kind = old == nil ? .created : new == nil ? .deleted : .updated
        let deeds = self.deeds(of: place, ids, kind, old, new)
        let isInLog = !deeds.isEmpty && deeds.allSatisfy { logShows($0, type, ids) }
        return Company.Change(
            type: type, ids: ids, kind: kind, before: old?.bytes, after: new?.bytes,
            authors: Set(deeds.map { called($0.actor, by: type.audit) }),
            isInLog: isInLog && !(place.isSingleton && isAmbiguous(place, type, old, new)))
    }

    /// What a log calls whoever did something, in lower case: Intune's names applications by their
    /// application ID, the others by that of the service principal.
    private func called(_ actor: String, by log: AuditSource) -> String {
        guard case .intune = log.form,
            let principal = [after, before].lazy.flatMap(\.objects).first(where: {
                $0.key.path == "servicePrincipals" && $0.key.key == actor
            }), let id = principal.value["appId"]?.string
        else { return actor.lowercased() }
        return id.lowercased()
    }

    /// The deeds that a change is made of.
    private func deeds(
        of place: TenantSnapshot.Place, _ ids: [String], _ kind: ObjectChange.Kind, _ old: JSON?,
        _ new: JSON?
    ) -> [Year.Deed] {
        let own = deeds.filter { $0.path == place.deed }
        switch kind {
        case .created:
            let isEnd = { (deed: Year.Deed) in deed.kind == .delete || deed.kind == .remove }
            return Array(own.lastIndex(where: isEnd).map { own[($0 + 1)...] } ?? own[...])
        case .updated:
            let changed = Self.changed(old, new)
            // The file of a member, or of a policy that an application follows, changes with what
            // that is elsewhere.
            let others = deeds.filter { deed in
                deed.kind == .update && deed.path != place.deed && ids.count > 1
                    && deed.path.hasSuffix("/\(ids[1])")
            }
            return (own + others).filter { !changed.isDisjoint(with: $0.members) }
        case .deleted:
            if let last = own.last(where: { $0.kind == .delete || $0.kind == .remove }) {
                return [last]
            }
            return deeds.filter { deed in
                deed.kind == .delete
                    && (place.deed.hasPrefix(deed.path + "/")
                        || ids.contains { deed.path.hasSuffix("/" + $0) })
            }
        }
    }

    /// Whether the log shows who did it and, where there are several objects, to which.
    private func logShows(_ deed: Year.Deed, _ type: GraphResource, _ ids: [String]) -> Bool {
        guard deed.isLogged, deed.visibleFrom <= now else { return false }
        return log.contains { event in
            event.time == deed.time
                && (type.answer == .object || type.isSingleFile || !type.evidence.isEmpty
                    || ids.contains { event.text.contains($0) })
        }
    }

    /// Whether another setting went the same way, and nothing but an activity that both share tells
    /// of either.
    private func isAmbiguous(
        _ place: TenantSnapshot.Place, _ type: GraphResource, _ old: JSON?, _ new: JSON?
    ) -> Bool {
        let changed = Self.changed(old, new)
        let known = Set((new?.members ?? []).map(\.name.string))
        return after.objects.contains { other, otherNew in
            guard other.isSingleton, other != place, let otherOld = before.objects[other],
                otherOld != otherNew, let (otherType, _) = Places.type(at: other),
                !Set(type.auditActivities).isDisjoint(with: otherType.auditActivities)
            else { return false }
            let shared = Self.changed(otherOld, otherNew).intersection(known)
            return !shared.isDisjoint(with: changed)
                && shared.allSatisfy { name in
                    let name = JSONText(name)
                    return otherOld[name] == old?[name] && otherNew[name] == new?[name]
                }
        }
    }

    private static func changed(_ old: JSON?, _ new: JSON?) -> Set<String> {
        let names = (old?.members ?? []).map(\.name) + (new?.members ?? []).map(\.name)
        return Set(names.filter { old?[$0] != new?[$0] }.map(\.string))
    }
}
