/// Everything one tenant holds: objects by path, and the applications that may read them.
///
/// A value: a request takes a copy and renders its answer from that, so slow readers block nobody.
struct Tenant: Sendable {
    var id: String
    var domain: String
    var displayName: String
    /// Has the licence for audit retention of 30 days and for sign-in activity.
    var isPremium = true
    /// Has Intune.
    var hasIntune = true
    var registrations: [AppRegistration] = []
    /// Objects of collections; in a collection of references, their IDs as strings.
    private(set) var stored: [TenantPath: [JSON]] = [:]
    private(set) var singletons: [TenantPath: JSON] = [:]
    /// What a seed makes; changes to it lie over it.
    var generator: Generator?
    private(set) var overlays: [TenantPath: Overlay] = [:]
    var events: [AuditEvent] = []

    /// Changes to a generated collection, by index.
    struct Overlay: Sendable {
        var changed: [Int: JSON] = [:]
        var removed: Set<Int> = []
    }

    init(id: String, domain: String, displayName: String) {
        self.id = id
        self.domain = domain
        self.displayName = displayName
    }
}

/// An application that can sign in: what Entra knows of it.
package struct AppRegistration: Sendable {
    package var clientID: String
    package var secret: String
    package var displayName: String
    package var servicePrincipalID: String
    /// Application permissions with admin consent.
    package var permissions: [String]
    /// PEM texts of certificates it may sign assertions with.
    package var certificates: [String]
    package var federatedCredentials: [FederatedCredential]
    /// Its tokens count as those of a person who signed in to it, with `permissions` as scopes.
    package var isDelegated: Bool
    /// Where it may read in Azure: `/`, management groups, subscriptions and what is below them.
    package var azureScopes: [String]
    /// No longer does what it did.
    package var isSecretExpired = false
    /// Whether machines and services of Azure have it as their identity, which needs no secret.
    package var managedIdentity: ManagedIdentity?

    package enum ManagedIdentity: Sendable, Hashable {
        /// The one that comes with the machine, and goes with it.
        case system
        /// One of those given to the machine, with the ID of its resource.
        case user(resourceID: String)
    }

    package struct FederatedCredential: Sendable {
        package var issuer: String
        package var subject: String
        package var audience: String

        package init(
            issuer: String, subject: String, audience: String = "api://AzureADTokenExchange"
        ) {
            self.issuer = issuer
            self.subject = subject
            self.audience = audience
        }
    }

    package init(
        clientID: String, secret: String, displayName: String = "Backup",
        servicePrincipalID: String = "00000000-0000-0000-0000-0000000000a1",
        permissions: [String], certificates: [String] = [],
        federatedCredentials: [FederatedCredential] = [], isDelegated: Bool = false,
        azureScopes: [String] = []
    ) {
        self.clientID = clientID
        self.secret = secret
        self.displayName = displayName
        self.servicePrincipalID = servicePrincipalID
        self.permissions = permissions
        self.certificates = certificates
        self.federatedCredentials = federatedCredentials
        self.isDelegated = isDelegated
        self.azureScopes = azureScopes
    }
}

// MARK: - Reading

extension Tenant {
    /// Where objects of the directory live, and what they are.
    static let directory: [(path: TenantPath, entity: String)] = [
        (TenantPath("users"), "user"), (TenantPath("groups"), "group"),
        (TenantPath("servicePrincipals"), "servicePrincipal"),
        (TenantPath("applications"), "application"), (TenantPath("devices"), "device"),
        (TenantPath("administrativeUnits"), "administrativeUnit"),
        (TenantPath("contacts"), "orgContact"), (TenantPath("directoryRoles"), "directoryRole"),
        (TenantPath("policies/tokenIssuancePolicies"), "tokenIssuancePolicy"),
        (TenantPath("policies/tokenLifetimePolicies"), "tokenLifetimePolicy"),
        (TenantPath("policies/appManagementPolicies"), "appManagementPolicy"),
        (TenantPath("policies/claimsMappingPolicies"), "claimsMappingPolicy"),
        (TenantPath("policies/homeRealmDiscoveryPolicies"), "homeRealmDiscoveryPolicy"),
    ]

    /// `directory/administrativeUnits` (v1.0) and `administrativeUnits` (beta) are one collection.
    private func home(of path: TenantPath) -> TenantPath {
        let units = Array("administrativeUnits".utf8)
        guard path.segments.first == Array("directory".utf8), path.segments.count > 1,
            path.segments[1] == units
        else { return path }
        return TenantPath(segments: Array(path.segments.dropFirst()))
    }

    /// Where anything is stored, in no order.
    var storedPaths: some Collection<TenantPath> { stored.keys }

    func singleton(at path: TenantPath) -> JSON? { singletons[path] }

    func listing(at path: TenantPath) -> Listing {
        let path = home(of: path)
        return Listing(
            generated: generator?.collection(at: path), overlay: overlays[path],
            stored: stored[path] ?? [])
    }

    func object(_ id: JSONText, in path: TenantPath) -> JSON? {
        let listing = listing(at: path)
        return listing.index(of: id).flatMap { listing[$0] }
    }

    /// Finds an object of the directory by its ID.
    func directoryObject(_ id: JSONText) -> (object: JSON, entity: String)? {
        for (path, entity) in Self.directory {
            if let object = object(id, in: path) { return (object, entity) }
        }
        return nil
    }

    /// Whether the object a child collection hangs below is there.
    func hasParent(of route: Route) -> Bool {
        let pattern = route.type.pattern
        guard let position = pattern.firstIndex(of: "{id}"), pattern[0] != "organization" else {
            return true
        }
        let segments = home(of: route.path).segments
        let index = position - (route.path.segments.count - segments.count)
        let path = TenantPath(segments: Array(segments[..<index]))
        return object(JSONText(bytes: segments[index]), in: path) != nil
    }
}

/// One collection as it is now: what was generated, with its changes, and what was stored.
struct Listing: Sendable {
    let generated: GeneratedCollection?
    let overlay: Tenant.Overlay?
    let stored: [JSON]

    /// Positions, not objects: a removed object leaves a hole.
    var endIndex: Int { (generated?.count ?? 0) + stored.count }

    subscript(index: Int) -> JSON? {
        guard let generated, index < generated.count else {
            let position = index - (generated?.count ?? 0)
            return stored.indices.contains(position) ? stored[position] : nil
        }
        if overlay?.removed.contains(index) == true { return nil }
        return overlay?.changed[index] ?? generated.object(at: index)
    }

    /// Where the object with that ID stands; a lone match without case counts.
    func index(of id: JSONText) -> Int? {
        let base = generated?.count ?? 0
        if let index = generated?.index(of: id), overlay?.removed.contains(index) != true {
            return index
        }
        func key(_ item: JSON) -> JSONText? { item.text ?? item["id"]?.text }
        if let exact = stored.firstIndex(where: { key($0) == id }) { return base + exact }
        let wanted = id.string.lowercased()
        let loose = stored.indices.filter { index in
            let item = stored[index]
            return key(item)?.string.lowercased() == wanted
                || item["userPrincipalName"]?.string?.lowercased() == wanted
                || item["tenantId"]?.string == wanted
        }
        return loose.count == 1 ? base + loose[0] : nil
    }
}

// MARK: - Writing

extension Tenant {
    /// Puts an object or reference at the end of a collection, and what it carries below `/`
    /// members into collections of its own.
    mutating func insert(_ item: JSON, into path: TenantPath) {
        let path = home(of: path)
        guard case .object(let members) = item, let id = item["id"]?.text else {
            stored[path, default: []].append(item)
            return
        }
        let slash = UInt8(ascii: "/")
        stored[path, default: []].append(
            .object(members.filter { $0.name.decoded.first != slash }))
        for child in members where child.name.decoded.first == slash {
            let names = child.name.decoded.split(separator: slash).map(Array.init)
            store(child.value, at: TenantPath(segments: path.appending(id).segments + names))
        }
    }

    /// Puts a whole file's content at its path: an array is a collection, an object a singleton.
    mutating func store(_ value: JSON, at path: TenantPath) {
        if case .array(let items) = value {
            stored[home(of: path), default: []] += []
            for item in items { insert(item, into: path) }
        } else {
            singletons[path] = value
        }
    }

    /// Changes the object or singleton at `path`; returns it before and after.
    mutating func update(
        _ path: TenantPath, with patch: JSON
    ) -> (before: JSON, after: JSON)? {
        if let before = singletons[path] {
            let after = before.merged(with: patch)
            singletons[path] = after
            return (before, after)
        }
        guard let place = locate(path), let before = listing(at: place.path)[place.index] else {
            return nil
        }
        let after = before.merged(with: patch)
        set(after, at: place)
        return (before, after)
    }

    /// Removes the object or reference at `path`, and everything below it.
    mutating func remove(_ path: TenantPath) -> JSON? {
        guard let place = locate(path), let before = listing(at: place.path)[place.index] else {
            return nil
        }
        set(nil, at: place)
        let full = home(of: path)
        for child in stored.keys where child.isBelow(full) { stored[child] = nil }
        return before
    }

    /// Removes whatever is in a group of Azure's resources.
    mutating func removeAzure(in group: String) {
        let start = AzureScope(group).path + "/"
        for path in stored.keys where path.segments.first == Array("arm".utf8) {
            stored[path]?.removeAll { $0["id"]?.string?.lowercased().hasPrefix(start) == true }
        }
    }

    private func locate(_ path: TenantPath) -> (path: TenantPath, index: Int)? {
        let path = home(of: path)
        guard let last = path.segments.last else { return nil }
        let collection = TenantPath(segments: path.segments.dropLast())
        return listing(at: collection).index(of: JSONText(bytes: last)).map { (collection, $0) }
    }

    private mutating func set(_ item: JSON?, at place: (path: TenantPath, index: Int)) {
        let base = generator?.collection(at: place.path)?.count ?? 0
        if place.index >= base {
            if let item {
                stored[place.path]?[place.index - base] = item
            } else {
                stored[place.path]?.remove(at: place.index - base)
            }
        } else if let item {
            overlays[place.path, default: Overlay()].changed[place.index] = item
        } else {
            overlays[place.path, default: Overlay()].removed.insert(place.index)
        }
    }
}
