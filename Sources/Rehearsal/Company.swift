package import Attribution
package import GraphCatalog
package import TenantSimulator

/// A made-up company that lives through a year, and the truth about all that changes in it: who did
/// it, and whether the audit log says so.
///
/// A change is *not in the log* if
/// - the service does not log it there: Intune, Cloud PC, Exchange, SharePoint and Teams have logs of
///   their own, no activity is known of parts of user flows and connectors, and of a method of
///   authentication the log does not say which it was;
/// - the year's habits left the event out, or its actor, or let it come after the run;
/// - two settings that share an activity, and have no ID in the log, went from the same value to the
///   same value.
package struct Company {
    package let tenant: SimulatedTenant
    private let clock: any SimulatorClock
    private var before: State
    private var people: [String: Set<String>] = [:]

    package init(_ tenant: SimulatedTenant, _ clock: any SimulatorClock) {
        self.tenant = tenant
        self.clock = clock
        before = State(tenant.snapshot())
    }

    /// What became of one object in a day.
    package struct Change: Sendable {
        package let type: GraphResource
        /// From the root to the object.
        package let ids: [String]
        package let kind: ObjectChange.Kind
        package let before: [UInt8]?
        package let after: [UInt8]?
        /// IDs of those whose deeds it is made of, in lower case; of what nobody did, the name of the
        /// service.
        package let authors: Set<String>
        package let isInLog: Bool

        /// The object's folder in the backup, as ``RecordedHistory`` names it.
        package let folder: String
    }

    /// Lives one day, and tells what changed.
    package mutating func live(_ year: Year, day: Int) throws -> [Change] {
        let start = clock.now
        let deeds = try tenant.live(year, day: day)
        let after = State(tenant.snapshot())
        let today = Day(
            before: before, after: after, deeds: deeds, now: clock.now,
            log: tenant.auditEvents(since: start).map {
                ($0.time, String(decoding: $0.json.bytes, as: UTF8.self))
            })
        note(before.snapshot)
        note(after.snapshot)
        before = after
        return today.changes
    }

    /// IDs of everything there is, in lower case.
    package var ids: Set<String> { Set(before.snapshot.objects.keys.map { $0.key.lowercased() }) }

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
        let names = people[actor] ?? ["\(actor) (sp)"]
        return names.contains(author.email) || names.contains(author.name)
            || names.contains(author.name.lowercased())
    }
}

/// A tenant at one moment, and what a backup would hold of it.
private struct State {
    let snapshot: TenantSnapshot
    let files: [String: HeldFile]

    init(_ snapshot: TenantSnapshot) {
        self.snapshot = snapshot
        files = Places.files(of: snapshot)
    }
}

/// One day of a company.
private struct Day {
    let before: State
    let after: State
    let deeds: [Year.Deed]
    let now: Timestamp
    let log: [(time: Timestamp, text: String)]

    var changes: [Company.Change] {
        Set(before.files.keys).union(after.files.keys).sorted().compactMap(change)
    }

    private func change(in folder: String) -> Company.Change? {
        let (old, new) = (before.files[folder], after.files[folder])
        let differences = HeldFile.differences(old, new)
        guard let file = new ?? old, !differences.isEmpty else { return nil }
        let kind: ObjectChange.Kind = old == nil ? .created : new == nil ? .deleted : .updated
        let deeds = self.deeds(of: file, kind, differences)
        let isInLog = !deeds.isEmpty && deeds.allSatisfy { logShows($0, file) }
        let isTold = isInLog && !differences.contains { isAmbiguous($0, file.type) }
        return Company.Change(
            type: file.type, ids: file.ids, kind: kind, before: old?.parts[0].object.bytes,
            after: new?.parts[0].object.bytes,
            authors: Set(deeds.map { called($0.actor, by: file.type.audit) }),
            isInLog: isTold, folder: folder)
    }

    /// What a log calls whoever did something, in lower case: Intune's names applications by their
    /// application ID, the others by that of the service principal.
    private func called(_ actor: String, by log: AuditSource) -> String {
        guard case .intune = log.form,
            let principal = [after, before].lazy.flatMap(\.snapshot.objects).first(where: {
                $0.key.path == "servicePrincipals" && $0.key.key == actor
            }), let id = principal.value["appId"]?.string
        else { return actor.lowercased() }
        return id.lowercased()
    }

    /// The deeds that a change is made of.
    private func deeds(
        of file: HeldFile, _ kind: ObjectChange.Kind, _ differences: [HeldFile.Difference]
    ) -> [Year.Deed] {
        let place = file.parts[0].place.deed
        let own = deeds.filter { $0.path == place }
        let isEnd = { (deed: Year.Deed) in deed.kind == .delete || deed.kind == .remove }
        switch kind {
        case .created:
            return Array(own.lastIndex(where: isEnd).map { own[($0 + 1)...] } ?? own[...])
        case .updated:
            return deeds.filter { deed in differences.contains { isPart(deed, of: $0, file) } }
        case .deleted:
            if let last = own.last(where: isEnd) { return [last] }
            return deeds.filter { deed in
                deed.kind == .delete
                    && (place.hasPrefix(deed.path + "/")
                        || (file.ids + file.parents).contains { deed.path.hasSuffix("/" + $0) })
            }
        }
    }

    /// Whether a deed is in a difference. The file of a member, or of a policy that an application
    /// follows, changes with what that is elsewhere.
    private func isPart(
        _ deed: Year.Deed, of difference: HeldFile.Difference, _ file: HeldFile
    ) -> Bool {
        let isOwn = deed.path == difference.place.deed
        guard difference.old != nil, difference.new != nil else { return isOwn }
        let isElsewhere =
            deed.kind == .update && file.ids.count > 1 && deed.path.hasSuffix("/\(file.ids[1])")
        return (isOwn || isElsewhere) && !difference.members.isDisjoint(with: deed.members)
    }

    /// Whether the log shows who did it and, where there are several objects, to which.
    private func logShows(_ deed: Year.Deed, _ file: HeldFile) -> Bool {
        guard deed.isLogged, deed.visibleFrom <= now else { return false }
        let type = file.type
        let isOnly = type.answer == .object && file.ids.count == 1 || type.isSingleFile
        return log.contains { event in
            event.time == deed.time
                && (isOnly || !type.evidence.isEmpty
                    || file.ids.contains { event.text.contains($0) })
        }
    }

    /// Whether another setting went the same way, and nothing but an activity that both share tells
    /// of either.
    private func isAmbiguous(_ difference: HeldFile.Difference, _ type: GraphResource) -> Bool {
        guard difference.place.isSingleton else { return false }
        let known = Set((difference.new?.members ?? []).map(\.name.string))
        return after.files.contains { folder, file in
            guard !Set(type.auditActivities).isDisjoint(with: file.type.auditActivities) else {
                return false
            }
            return HeldFile.differences(before.files[folder], file).contains { other in
                guard other.place.isSingleton, other.place != difference.place, other.old != nil
                else { return false }
                let shared = other.members.intersection(known)
                return !shared.isDisjoint(with: difference.members)
                    && shared.allSatisfy { name in
                        let name = JSONText(name)
                        return other.old?[name] == difference.old?[name]
                            && other.new?[name] == difference.new?[name]
                    }
            }
        }
    }
}
