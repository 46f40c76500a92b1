import Attribution
import FoundationEssentials
import GitObjects
import GitStore
import GraphCatalog

/// Asks the events of a sweep who made the changes of a plan.
///
/// Cost: a look at the index for each change, and the bytes of those that an event may be about.
struct Attributor {
    let plan: Plan
    let root: RootPath
    var index: AuditIndex
    let window: AuditWindow
    /// For so long what was done may not have shown in the last backup.
    var lag = AuditWindow.lag
    let store: GitStore
    let clock: RunClock
    let deadline: Date?
    /// Of a branch with files of another program; else `nil`.
    let respelling: Respelling?

    /// Changes looked at between two glances at the clock.
    private static let stride = 256

    /// Returns what is known of each change by its place, and whether all were looked at.
    ///
    /// - Parameter explained: changes that need not be looked at, by their places.
    func matches(
        besides explained: [Int: [Match]] = [:]
    ) async throws(BackupError) -> (found: [Int: [Match]], isFinished: Bool) {
        var found: [Int: [Match]] = [:]
        let candidates = candidates.filter { explained[$0] == nil }
        // All at once, if a remote has them.
        await store.bring(
            candidates.flatMap { number -> [ObjectID] in
                let change = plan.changes.changes[number]
                return [change.old, plan.changes.new(of: change)].compactMap(\.self)
            })
        for start in Swift.stride(from: 0, to: candidates.count, by: Self.stride) {
            if let deadline, clock.now() >= deadline { return (found, false) }
            let part = Array(candidates[start..<min(start + Self.stride, candidates.count)])
            for (place, matches) in try await matches(of: part) where !matches.isEmpty {
                found[place] = matches
            }
        }
        return (found, true)
    }

    /// Changes that an event may be about, found without reading one of them.
    private var candidates: [Int] {
        var candidates: [Int] = []
        let changes = plan.changes
        var last: (place: Int, resource: GraphResource, parent: ArraySlice<UInt8>?)?
        for (number, change) in changes.changes.enumerated() {
            let place = changes.place(of: change)
            if last?.place != place {
                let family = family(of: change)
                let links = chain(of: change, family).links
                let parent = links.dropLast().last.map { Array($0.id.utf8)[...] }
                last = (place, family[family.count - 1], parent)
            }
            guard let last, respelling?.places.contains(number) != true else { continue }
            if changes.isBelowDeleted(change) || !changes.statements(of: change).isEmpty
                || !changes.isNamedByID(change) && change.kind == .deleted
            {
                candidates.append(number)
            } else if index.mayMatch(
                last.resource, id: changes.id(of: change) ?? changes.name(of: change),
                parent: last.parent)
            {
                candidates.append(number)
            }
        }
        return candidates
    }

    private func family(of change: ChangeList.Change) -> [GraphResource] {
        let reading = plan.readings[plan.changes.type(of: change)]
        return reading.ancestors.map { plan.readings[$0].resource } + [reading.resource]
    }

    private func chain(
        of change: ChangeList.Change, _ family: [GraphResource]
    ) -> ChangeChain {
        let changes = plan.changes
        let path = changes.path(ofPlace: changes.place(of: change))
        let depth = root.components.reduce(0) { $0 + $1.count + 1 }
        guard !changes.isUnread(change) else {
            return ChangeChain(path.dropFirst(depth), of: family, id: nil)
        }
        let id = changes.id(of: change).map { String(decoding: $0, as: UTF8.self) }
        return ChangeChain(
            path.dropFirst(depth), of: family, id: id ?? unescaped(changes.name(of: change)))
    }

    private func matches(of places: [Int]) async throws(BackupError) -> [(Int, [Match])] {
        let changes = plan.changes
        let blobs = places.flatMap { place -> [ObjectID] in
            let change = changes.changes[place]
            return [change.old, changes.new(of: change)].compactMap { $0 }
        }
        let kept = try await storing { () async throws(GitError) in
            try await store.blobsIfKept(blobs)
        }
        var rest = kept[...]
        var found: [(Int, [Match])] = []
        for place in places {
            let change = changes.changes[place]
            let old = change.old == nil ? nil : rest.removeFirst()
            let before = old.flatMap {
                respelling?.canonical($0, ofType: changes.type(of: change)) ?? $0
            }
            let after = changes.new(of: change) == nil ? nil : rest.removeFirst()
            found.append((place, matches(of: change, before, after)))
        }
        return found
    }

    /// What went with its parent was deleted by whoever deleted that.
    private func matches(
        of change: ChangeList.Change, _ before: [UInt8]?, _ after: [UInt8]?
    ) -> [Match] {
        let family = family(of: change)
        var links = chain(of: change, family).links
        var (before, after) = (before, after)
        if let last = links.last, plan.changes.id(of: change) == nil,
            !plan.changes.isNamedByID(change),
            let id = before?.ownText(named: last.resource.idMember)
        {
            links[links.count - 1].id = id
        }
        while let (resource, _) = links.last {
            let found = index.matches(
                for: ObjectChange(
                    resource, ids: links.map(\.id), kind: change.kind.attributed, before: before,
                    after: after, since: moment(window.since(for: resource.name, lag: lag)),
                    statements: statements(of: change),
                    read: moment(
                        (plan.changes.read(change) ?? clock.now()) + window.clockOffset)))
            guard found.isEmpty, plan.changes.isBelowDeleted(change) else { return found }
            links.removeLast()
            (before, after) = (nil, nil)
        }
        return []
    }

    /// Of what is no longer new, the last one alone.
    private func statements(of change: ChangeList.Change) -> [AuditEvent] {
        let all = plan.changes.statements(of: change)
        return change.kind == .created ? all : all.suffix(1)
    }

    private func moment(_ date: Date) -> Moment { Moment(seconds: date.timeIntervalSince1970) }

    private func moment(_ date: Date?) -> Moment? { date.map { moment($0) as Moment } }
}

extension ChangedObject.Kind {
    fileprivate var attributed: ObjectChange.Kind {
        switch self {
        case .created: .created
        case .updated: .updated
        case .deleted: .deleted
        }
    }
}
