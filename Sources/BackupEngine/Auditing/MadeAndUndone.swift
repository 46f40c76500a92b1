import Attribution
import GitObjects
import GitStore
import GraphCatalog

/// What was made and undone between two runs, as far as it concerns what the backup holds.
///
/// The log is full of what no backup holds: passwords, sign-ins, risks, licences that come and go. An
/// act concerns the backup
/// - if it says that it changed a member of an object that is there, or was until now;
/// - if it made, deleted or restored an object of a type that was read in full. Of a narrowed type
///   nobody knows whether an object that is not there belonged to it;
/// - if it let something join an object that is there or part from it;
/// - if it is of an activity that changes a setting of a type that was read;
/// - if it is in a log that tells of little else, as those of Azure and Intune do.
struct MadeAndUndone {
    /// Who did it, by the ID of the event that tells.
    private(set) var actors: [String: Actor?] = [:]

    private let plan: Plan
    private let store: GitStore
    /// Places of the readings that went through.
    private let types: [Int]
    /// IDs of objects deleted by this run, by the places of their types.
    private var deleted: [Int: [String: ObjectID]] = [:]
    /// Names of members that objects of a type have, and of how many objects they are.
    private var names: [Int: (known: Set<String>, objects: Int)] = [:]

    /// Objects of one type whose members are looked at: they are all much alike.
    private static let samples = 16

    /// - Parameters:
    ///   - logs: what was swept.
    ///   - used: IDs of events that explain something.
    init(
        _ index: AuditIndex, of logs: [AuditLog], besides used: Set<String>, _ plan: Plan,
        in store: GitStore
    ) async throws(BackupError) {
        self.plan = plan
        self.store = store
        types = plan.readings.indices.filter { plan.readings[$0].failure == nil }
        let acts = index.unexplained(besides: used)
        guard !acts.isEmpty else { return }
        for change in plan.changes.changes where change.kind == .deleted {
            let id = unescaped(plan.changes.name(of: change))
            deleted[plan.changes.type(of: change), default: [:]][id] = change.old
        }
        let others = logs.filter { $0.name != AuditSource.directory.name }.flatMap(\.events)
        let special = Set(others.filter { !$0.isOfEnd }.map(\.id))
        for act in acts {
            var isListed = special.contains(act.event.id)
            if !isListed { isListed = try await concerns(act) }
            if isListed { actors[act.event.id] = .some(act.actor) }
        }
    }

    private mutating func concerns(_ act: UnexplainedAct) async throws(BackupError) -> Bool {
        for type in types {
            switch act.concern(with: plan.readings[type].resource) {
            case .life where isKnown(act, type) || plan.readings[type].selected.filter == nil:
                return true
            case .joining where isOfBackup(act, joining: type): return true
            case .activity where try await isOfSetting(act, type): return true
            default: continue
            }
        }
        for (id, members) in act.changes where !members.isEmpty {
            if try await hasObject(id, with: members) { return true }
        }
        return false
    }

    // MARK: Which objects are there

    /// The file of an object of a type, now or until now.
    private func file(of id: String, _ type: Int) -> ObjectID? {
        let bytes = Array(id.utf8)[...]
        for listing in plan.readings[type].listings.values {
            if let object = listing.object(withID: bytes) { return object.blob }
        }
        return deleted[type]?[id]
    }

    private func isKnown(_ act: UnexplainedAct, _ type: Int) -> Bool {
        act.changes.contains { file(of: $0.id, type) != nil }
    }

    /// Of what stands below an object, that one must be there.
    private func isOfBackup(_ act: UnexplainedAct, joining type: Int) -> Bool {
        guard let parent = plan.readings[type].ancestors.last else {
            return plan.readings[type].selected.filter == nil
        }
        return act.ids.contains { file(of: $0, parent) != nil }
    }

    // MARK: What they have

    /// Whether an object is there whose members are among those that were changed.
    private mutating func hasObject(
        _ id: String, with members: Set<String>
    ) async throws(BackupError) -> Bool {
        for type in types where plan.readings[type].ancestors.isEmpty {
            guard let file = file(of: id, type) else { continue }
            if try await has(type, members, in: file) { return true }
        }
        return false
    }

    private mutating func isOfSetting(
        _ act: UnexplainedAct, _ type: Int
    ) async throws(BackupError) -> Bool {
        let members = act.members
        let objects = plan.readings[type].listings[[]]?.objects ?? []
        guard !members.isEmpty, objects.count == 1 else { return !objects.isEmpty }
        return try await has(type, members, in: objects[0].blob)
    }

    /// Whether objects of a type have one of these members: this one, or others like it.
    private mutating func has(
        _ type: Int, _ members: Set<String>, in file: ObjectID
    ) async throws(BackupError) -> Bool {
        var (known, objects) = names[type] ?? ([], 0)
        if known.isDisjoint(with: members), objects < Self.samples {
            let bytes = try await storing { () async throws(GitError) in
                try await store.blobsIfKept([file])
            }
            known.formUnion(bytes[0].map(memberNames) ?? [])
            objects += 1
            names[type] = (known, objects)
        }
        return !known.isDisjoint(with: members)
    }
}
