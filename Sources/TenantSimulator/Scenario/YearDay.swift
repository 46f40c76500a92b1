/// Chooses the changes of one day of a ``Year``.
struct YearDay {
    private let year: Year
    private var state: UInt64
    private let actors: [Scenario.Actor]
    private var arrivals: [Scenario.Change]
    private let domain: String
    private let places: [TenantPath]
    /// How many changes the day has, arrivals included.
    let count: Int

    init(_ year: Year, day: Int, in tenant: Tenant) {
        self.year = year
        domain = tenant.domain
        places = tenant.places(of: year.paths)
        state = mix(year.seed ^ mix(UInt64(day)))
        let people = Self.roster("users", year.people, year, tenant)
        let programs = Self.roster("servicePrincipals", year.applications, year, tenant)
        actors = people.ids.map { .user($0) } + programs.ids.map { .app($0) }
        arrivals = day == 0 ? people.arrivals + programs.arrivals : []
        let own = (0..<year.changes).count { change in
            mix(year.seed &+ mix(UInt64(change))) % UInt64(max(1, year.days)) == UInt64(day)
        }
        count = own + arrivals.count
    }

    // MARK: - Chance

    mutating func draw(_ count: Int) -> Int {
        state = mix(state)
        return count > 0 ? Int(state % UInt64(count)) : 0
    }

    mutating func draws(_ share: Double) -> Bool {
        share > 0 && Double(draw(1 << 30)) < share * Double(1 << 30)
    }

    private mutating func id(like sample: String?) -> String {
        guard let sample, sample.count != 36 || !sample.contains("-") else {
            var bytes: [UInt8] = []
            appendGUID((mix(state) & ~0xF000 | 0x4000, mix(mix(state)) >> 2 | 1 << 63), to: &bytes)
            state = mix(state)
            return String(decoding: bytes, as: UTF8.self)
        }
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
        return String((0..<max(8, sample.count)).map { _ in letters[draw(letters.count)] })
    }

    // MARK: - People and programs

    /// Returns the first `count` of a collection, and the changes that create those it lacks. The
    /// same every day, as long as none of them is deleted.
    private static func roster(
        _ collection: String, _ count: Int, _ year: Year, _ tenant: Tenant
    ) -> (ids: [String], arrivals: [Scenario.Change]) {
        let path = TenantPath(collection)
        let listing = tenant.listing(at: path)
        let here = (0..<listing.endIndex).lazy.compactMap { listing[$0]?["id"]?.string }
        var ids = Array(here.prefix(count))
        guard let sample = (0..<listing.endIndex).lazy.compactMap({ listing[$0] }).first,
            let first = ids.first
        else { return (ids, []) }
        var arrivals: [Scenario.Change] = []
        for number in ids.count..<max(ids.count, count) {
            let id = guid(mix(year.seed &+ UInt64(number)))
            let object = sample.renamed("Colleague \(number)", id: id, domain: tenant.domain)
            let actor: Scenario.Actor = collection == "users" ? .user(first) : .app(first)
            arrivals.append(Scenario.Change(.create(path, object), by: actor))
            ids.append(id)
        }
        return (ids, arrivals)
    }

    mutating func arrival() -> Scenario.Change? {
        arrivals.isEmpty ? nil : arrivals.removeFirst()
    }

    private mutating func actor() -> Scenario.Actor? {
        actors.isEmpty ? nil : actors[draw(actors.count)]
    }

    private func isActor(_ id: String?) -> Bool { actors.contains { $0.id == id } }

    // MARK: - Changes

    /// Returns a change that the tenant allows; `nil` if nothing was found in a few tries.
    mutating func change(in tenant: Tenant) -> Scenario.Change? {
        guard !places.isEmpty else { return nil }
        for _ in 0..<20 {
            let place = places[draw(places.count)]
            // What was there in the morning may be gone.
            guard tenant.stored[place] != nil || tenant.singleton(at: place) != nil,
                let action = action(at: place, in: tenant),
                let actor = isExpiry(action) ? .service("Azure AD PIM") : actor()
            else { continue }
            return Scenario.Change(action, by: actor)
        }
        return nil
    }

    /// Whether what ends does so by itself, as half of what PIM gives for some time does.
    private mutating func isExpiry(_ action: Scenario.Change.Action) -> Bool {
        guard case .delete(let path) = action, path.isSchedule else { return false }
        return draw(2) == 0
    }

    /// Returns another change to the object that `change` updated, by somebody else.
    mutating func twin(of change: Scenario.Change, in tenant: Tenant) -> Scenario.Change? {
        guard case .update(let path, _) = change.action, let object = tenant.item(at: path),
            let patch = patch(of: object), let actor = actor(), actor.id != change.actor?.id
        else { return nil }
        return Scenario.Change(.update(path, patch), by: actor)
    }

    private mutating func action(
        at path: TenantPath, in tenant: Tenant
    ) -> Scenario.Change.Action? {
        if let singleton = tenant.singleton(at: path) {
            return patch(of: singleton).map { .update(path, $0) }
        }
        // The service updates none, and with a deleted one every object loses what it had of it.
        guard path.segments.last != Array("extensionProperties".utf8) else { return nil }
        let listing = tenant.listing(at: path)
        let items = (0..<listing.endIndex).compactMap { listing[$0] }
        if path.isReferences { return membership(at: path, items, in: tenant) }
        guard !items.isEmpty else { return nil }
        let item = items[draw(items.count)]
        let kind = path.isFixed ? 9 : draw(10)
        if kind < 2 {
            let created = created(like: item, in: tenant)
            // Of a grant or an assignment the service has no second one.
            guard !items.contains(where: { $0.joins(asMuchAs: created) }) else { return nil }
            return .create(path, created)
        }
        guard let key = item.key else { return nil }
        if kind == 2 {
            let mayGo = items.count > 2 && !isActor(key.string)
            return mayGo ? .delete(path.appending(key)) : nil
        }
        return patch(of: item).map { .update(path.appending(key), $0) }
    }

    private mutating func membership(
        at path: TenantPath, _ items: [JSON], in tenant: Tenant
    ) -> Scenario.Change.Action? {
        let present = items.compactMap(\.text).filter { tenant.directoryObject($0) != nil }
        if present.count > 1, draw(2) == 0 { return .remove(path, present[draw(present.count)]) }
        guard let new = path.isPolicies ? policy(for: path, in: tenant) : user(in: tenant),
            !present.contains(new)
        else { return nil }
        return .add(path, new)
    }

    private mutating func policy(for path: TenantPath, in tenant: Tenant) -> JSONText? {
        let home = TenantPath(segments: [Array("policies".utf8), path.segments[2]])
        let policies = tenant.listing(at: home)
        return policies.endIndex > 0 ? policies[draw(policies.endIndex)]?["id"]?.text : nil
    }

    private mutating func user(in tenant: Tenant) -> JSONText? {
        let users = tenant.listing(at: TenantPath("users"))
        return users.endIndex > 0 ? users[draw(users.endIndex)]?["id"]?.text : nil
    }

    private mutating func created(like item: JSON, in tenant: Tenant) -> JSON {
        let name = "\(word()) \(draw(1000))"
        let id = id(like: item.key?.string)
        var object = item.renamed(name, id: id, domain: domain)
        if (object["principalId"] ?? .null) != .null, let user = user(in: tenant) {
            object["principalId"] = .string(user)
        }
        return object
    }

    private mutating func word() -> String {
        let nouns = ["Ledger", "Plant", "Harbour", "Survey", "Archive", "Desk", "Fleet", "Works"]
        return nouns[draw(nouns.count)]
    }

    private static let texts: Set = [
        "displayName", "description", "jobTitle", "department", "officeLocation", "city", "notes",
        "name", "companyName", "signInPageText",
    ]

    private static let states: Set = ["enabled", "disabled", "enabledForReportingButNotEnforced"]

    /// Returns a change of one member: a text, a switch, or the state of a policy.
    private mutating func patch(of object: JSON) -> JSON? {
        let members = (object.members ?? []).filter { member in
            let name = member.name.string
            return Self.texts.contains(name)
                || name == "state" && Self.states.contains(member.value.string ?? "")
                || member.value.bool != nil && !name.contains(":") && !name.contains("@")
        }
        guard !members.isEmpty else { return nil }
        let member = members[draw(members.count)]
        let value: JSON
        if let isOn = member.value.bool {
            value = .bool(!isOn)
        } else if member.name == "state" {
            value = member.value.string == "enabled" ? "disabled" : "enabled"
        } else {
            value = JSON("\(word()) \(draw(1000))")
        }
        return .object([JSON.Member(member.name, value)])
    }
}

/// Returns a GUID made from one number.
func guid(_ number: UInt64) -> String {
    var bytes: [UInt8] = []
    appendGUID((number & ~0xF000 | 0x4000, mix(number) >> 2 | 1 << 63), to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
}

extension Scenario.Change {
    fileprivate init(_ action: Action, by actor: Scenario.Actor) {
        self.init(
            at: "now", actor: actor, action: action, delay: nil, isAudited: true, events: nil)
    }
}

extension JSON {
    /// Whether both join the same objects; `false` if they join none.
    fileprivate func joins(asMuchAs other: JSON) -> Bool {
        let ends: [JSONText] = [
            "clientId", "resourceId", "principalId", "appRoleId", "roleDefinitionId",
            "directoryScopeId", "groupId", "accessId",
        ]
        return self["principalId"] != nil && ends.allSatisfy { self[$0] == other[$0] }
    }

    /// Returns a copy with another ID and name, and whatever else has to be its own.
    fileprivate func renamed(_ name: String, id: String, domain: String) -> JSON {
        var object = self
        let word = name.split(separator: " ").joined(separator: ".").lowercased()
        let values: [(JSONText, JSON)] = [
            (self["id"] == nil ? "tenantId" : "id", JSON(id)), ("displayName", JSON(name)),
            ("name", JSON(name)), ("mailNickname", JSON(word)),
            ("userPrincipalName", JSON("\(word).\(id.prefix(4))@\(domain)")),
            ("mail", JSON("\(word)@\(domain)")), ("appId", JSON(id)),
            ("proxyAddresses", []), ("otherMails", []), ("identifierUris", []),
            ("servicePrincipalNames", [JSON(id)]),
        ]
        for (member, value) in values where (object[member] ?? .null) != .null {
            object[member] = value
        }
        return object
    }
}

extension TenantPath {
    /// Entries are objects of other collections.
    fileprivate var isReferences: Bool {
        let last = segments.last.map { String(decoding: $0, as: UTF8.self) } ?? ""
        return isPolicies
            || ["members", "owners", "internalSponsors", "externalSponsors"].contains(last)
                && segments.count > 2 && segments[0] != Array("onPremisesPublishingProfiles".utf8)
    }

    /// Entries are the tenant's policies that an application follows.
    fileprivate var isPolicies: Bool {
        let names = segments.map { String(decoding: $0, as: UTF8.self) }
        return names.count == 3 && names[2].hasSuffix("Policies")
            && ["applications", "servicePrincipals"].contains(names[0])
    }

    /// Entries are rights that PIM gives.
    fileprivate var isSchedule: Bool {
        let lists = ["roleEligibilitySchedules", "eligibilitySchedules"]
        return segments.count > 1
            && lists.contains(String(decoding: segments[segments.count - 2], as: UTF8.self))
    }

    /// Nobody creates or deletes what is here, but it changes.
    fileprivate var isFixed: Bool {
        let fixed = [
            "organization", "domains", "subscribedSkus", "directoryRoles", "roleManagementPolicies",
            "authenticationMethodConfigurations", "rules", "roleManagementPolicyAssignments",
            "userFlowAttributes", "onPremisesSynchronization", "certificateBasedAuthConfiguration",
        ]
        let last = segments.last.map { String(decoding: $0, as: UTF8.self) } ?? ""
        return fixed.contains(last)
    }
}

extension Tenant {
    /// Where a year may change something, in a fixed order. `groups/members` means the members of
    /// every group.
    fileprivate func places(of wanted: [String]?) -> [TenantPath] {
        let all = Array(stored.keys) + Array(singletons.keys)
        let places = all.filter { path in
            guard let wanted else { return path != TenantPath("oauth2PermissionGrants") }
            let segments = path.segments.enumerated().filter { $0.offset != 1 }.map(\.element)
            let text = TenantPath(segments: segments).text
            return wanted.contains(path.text) || path.segments.count == 3 && wanted.contains(text)
        }
        return places.sorted { $0.text < $1.text }
    }

    fileprivate func item(at path: TenantPath) -> JSON? {
        if let singleton = singleton(at: path) { return singleton }
        guard let last = path.segments.last else { return nil }
        let collection = TenantPath(segments: path.segments.dropLast())
        return object(JSONText(bytes: last), in: collection)
    }
}
