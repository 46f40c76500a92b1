/// How much happens to a tenant in a made-up year, by whom, and from which seed.
///
/// A year is lived day by day (``SimulatedTenant/live(_:day:)``): each change is chosen from what the
/// tenant holds by then, and logged as the service logs it. The same seed makes the same changes.
package struct Year: Sendable {
    package var seed: UInt64
    package var days = 365
    package var changes = 700
    /// Who makes them. The tenant's own users and service principals come first; those it lacks are
    /// created on the first day.
    package var people = 8
    package var applications = 3
    /// What changes: collections and singletons, by path. `nil` is everything the tenant holds.
    package var paths: [String]? = [
        "users", "groups", "groups/members", "applications", "servicePrincipals",
        "administrativeUnits", "identity/conditionalAccess/policies",
        "identity/conditionalAccess/namedLocations", "roleManagement/directory/roleAssignments",
        "policies/authorizationPolicy", "policies/crossTenantAccessPolicy/partners",
    ]
    package var habits = Habits()

    /// How the audit log of the year falls short, as shares of its changes.
    package struct Habits: Sendable {
        /// Changed once more within the minute, by somebody else.
        package var twins = 0.0
        /// Not logged at all.
        package var gaps = 0.0
        /// Logged up to an hour late.
        package var delays = 0.0
        /// Logged without an actor.
        package var nulls = 0.0

        package init(
            twins: Double = 0, gaps: Double = 0, delays: Double = 0, nulls: Double = 0
        ) {
            self.twins = twins
            self.gaps = gaps
            self.delays = delays
            self.nulls = nulls
        }
    }

    package init(seed: UInt64 = 1) { self.seed = seed }

    /// What one change was: the truth that a log may hide.
    package struct Deed: Sendable, Equatable {
        package enum Kind: String, Sendable, CaseIterable {
            case create, update, delete, add, remove
        }

        package var kind: Kind
        /// The object's place, or the member's: `groups/<id>/members/<id>`.
        package var path: String
        /// The ID of who did it; of what nobody did, the name of the service.
        package var actor: String
        package var time: Timestamp
        package var isLogged: Bool
        /// When the log began to show it.
        package var visibleFrom: Timestamp
        /// The members an update set.
        package var members: [String]
    }
}

extension SimulatedTenant {
    /// Moves the clock on by a day and makes that day's changes.
    ///
    /// - Parameter day: from 0, one after the other.
    @discardableResult
    package func live(_ year: Year, day: Int) throws -> [Year.Deed] {
        simulation.clock.advance(by: 86_400)
        let now = simulation.clock.now
        return try simulation.change { state in
            Result { try state.tenant.live(year, day: day, until: now) }
        }.get()
    }
}

extension Tenant {
    fileprivate mutating func live(
        _ year: Year, day: Int, until now: Timestamp
    ) throws -> [Year.Deed] {
        var diary = YearDay(year, day: day, in: self)
        var deeds: [Year.Deed] = []
        func make(_ change: Scenario.Change, at time: Timestamp) throws {
            guard let actor = change.actor else { return }
            var change = change
            change.at = time.iso(fraction: 7)
            change.isAudited = diary.draws(year.habits.gaps) == false
            if diary.draws(year.habits.delays) { change.delay = "\(diary.draw(3600))s" }
            if diary.draws(year.habits.nulls) { change.actor = nil }
            try play(Scenario(changes: [change]), now: now)
            deeds.append(
                Year.Deed(
                    kind: change.action.kind, path: change.action.path, actor: actor.id,
                    time: time, isLogged: change.isAudited && change.actor != nil,
                    visibleFrom: time + (change.delay.flatMap(duration) ?? 0),
                    members: change.action.members))
        }
        let count = diary.count
        let hour = 86_400 / Double(count + 1)
        for number in 0..<count {
            let time = now + (-86_400 + hour * Double(number))
            guard let change = diary.arrival() ?? diary.change(in: self) else { continue }
            try make(change, at: time)
            guard diary.draws(year.habits.twins), let twin = diary.twin(of: change, in: self) else {
                continue
            }
            try make(twin, at: time + Double(1 + diary.draw(59)))
        }
        return deeds
    }
}

extension Scenario {
    fileprivate init(changes: [Change]) {
        self.changes = changes
        events = []
    }
}

extension Scenario.Actor {
    var id: String {
        switch self {
        case .user(let id), .app(let id), .service(let id): id
        }
    }
}

extension Scenario.Change.Action {
    fileprivate var kind: Year.Deed.Kind {
        switch self {
        case .create: .create
        case .update: .update
        case .delete: .delete
        case .add: .add
        case .remove: .remove
        }
    }

    /// The members an update sets.
    fileprivate var members: [String] {
        guard case .update(_, let patch) = self else { return [] }
        return (patch.members ?? []).map(\.name.string)
    }

    fileprivate var path: String {
        switch self {
        case .create(let path, let object):
            (object.key.map(path.appending) ?? path).text
        case .update(let path, _), .delete(let path): path.text
        case .add(let path, let id), .remove(let path, let id): path.appending(id).text
        }
    }
}

extension JSON {
    /// What names an object in its collection.
    var key: JSONText? { self["id"]?.text ?? self["tenantId"]?.text }
}
