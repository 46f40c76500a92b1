/// How large a tenant to make up, and from which seed.
package struct GeneratedTenant: Sendable, Hashable {
    package var seed: UInt64
    package var users: Int
    package var groups: Int
    package var applications: Int
    package var servicePrincipals: Int
    /// The mean; a group has between none and twice as many.
    package var membersPerGroup: Int

    package init(
        seed: UInt64 = 1, users: Int, groups: Int = 0, applications: Int = 0,
        servicePrincipals: Int = 0, membersPerGroup: Int = 20
    ) {
        self.seed = seed
        self.users = users
        self.groups = groups
        self.applications = applications
        self.servicePrincipals = servicePrincipals
        self.membersPerGroup = membersPerGroup
    }
}

/// Makes objects from their index, without keeping any.
///
/// The same seed makes the same bytes. An object's ID can be turned back into its index, so nothing
/// is searched.
///
/// - Cost: a few microseconds an object; no memory but for the templates.
struct Generator: Sendable {
    let size: GeneratedTenant
    let domain: String
    private let templates: TemplateCache

    enum Kind: UInt64, Sendable, CaseIterable {
        case user = 1
        case group, application, servicePrincipal

        var entity: String {
            switch self {
            case .user: "user"
            case .group: "group"
            case .application: "application"
            case .servicePrincipal: "servicePrincipal"
            }
        }

        var collection: String { entity + "s" }
    }

    init(_ size: GeneratedTenant, domain: String) {
        self.size = size
        self.domain = domain
        templates = TemplateCache(domain: domain)
    }

    func count(of kind: Kind) -> Int {
        switch kind {
        case .user: size.users
        case .group: size.groups
        case .application: size.applications
        case .servicePrincipal: size.servicePrincipals
        }
    }

    /// Returns the generated part of the collection at `path`, if it has one.
    func collection(at path: TenantPath) -> GeneratedCollection? {
        guard let first = path.segments.first,
            let kind = Kind.allCases.first(where: { Array($0.collection.utf8) == first })
        else { return nil }
        if path.segments.count == 1 {
            return GeneratedCollection(generator: self, kind: kind, parent: nil)
        }
        guard kind == .group, path.segments.count == 3,
            let parent = index(of: JSONText(bytes: path.segments[1]), kind: .group)
        else { return nil }
        switch String(decoding: path.segments[2], as: UTF8.self) {
        case "members":
            return GeneratedCollection(generator: self, kind: .user, parent: (parent, .members))
        case "owners":
            return GeneratedCollection(generator: self, kind: .user, parent: (parent, .owners))
        default: return nil
        }
    }

    // MARK: - Numbers

    func hash(_ kind: Kind, _ index: Int, _ salt: UInt64 = 0) -> UInt64 {
        mix(mix(size.seed &+ kind.rawValue << 56 &+ UInt64(index)) &+ salt &* 0x9E37_79B9_7F4A_7C15)
    }

    private static let nodeMask: UInt64 = (1 << 48) - 1
    private static let factor: UInt64 = 0xD1B5_4A32_D193
    /// `factor` times this is 1 modulo 2⁴⁸ (Newton's iteration doubles the right bits each time).
    private static let inverse: UInt64 = (0..<6).reduce(factor) { inverse, _ in
        inverse &* (2 &- factor &* inverse)
    }

    /// The 128 bits of an object's ID. The last 48 are its index, scrambled so that it can be undone.
    func id(_ kind: Kind, _ index: Int) -> (UInt64, UInt64) {
        let shift = mix(size.seed ^ kind.rawValue)
        let node = (UInt64(index) &* Self.factor &+ shift) & Self.nodeMask
        let high = mix(node ^ shift)
        return (
            high & ~0xF000 | 0x4000,
            0x8000_0000_0000_0000 | (mix(high) >> 2 & 0x3FFF) << 48 | node
        )
    }

    func index(of id: JSONText, kind: Kind) -> Int? {
        guard id.decoded.count == 36 else { return nil }
        let text = id.string.lowercased()
        guard let node = UInt64(text.suffix(12), radix: 16) else { return nil }
        let shift = mix(size.seed ^ kind.rawValue)
        let index = Int((node &- shift) &* Self.inverse & Self.nodeMask)
        guard index < count(of: kind) else { return nil }
        var bytes: [UInt8] = []
        appendGUID(self.id(kind, index), to: &bytes)
        return bytes.elementsEqual(text.utf8) ? index : nil
    }

    /// Which of the kind's templates an object follows.
    func variant(_ kind: Kind, _ index: Int) -> Int {
        let draw = hash(kind, index, 99) % 100
        return switch kind {
        case .user: draw < 60 ? 0 : draw < 92 ? 1 : 2
        case .group: draw < 60 ? 0 : draw < 90 ? 1 : 2
        case .application, .servicePrincipal: 0
        }
    }

    // MARK: - Text

    func template(
        _ kind: Kind, _ variant: Int, _ projection: Projection?, tenant: Tenant?
    ) -> Template {
        templates.template(kind, variant, projection, tenant: tenant)
    }

    func object(_ kind: Kind, _ index: Int) -> JSON {
        var bytes: [UInt8] = []
        let template = templates.template(kind, variant(kind, index), nil, tenant: nil)
        template.render(self, kind, index, to: &bytes)
        return (try? JSON(parsing: bytes)) ?? .null
    }
}

/// Scrambles 64 bits, so that neighbours have nothing in common (SplitMix64's finaliser).
func mix(_ value: UInt64) -> UInt64 {
    var bits = value &+ 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
}

/// One collection made from a seed.
struct GeneratedCollection: Sendable {
    enum Relation: UInt64, Sendable { case members, owners }

    let generator: Generator
    let kind: Generator.Kind
    /// The group whose members or owners these are; the entries are references then.
    let parent: (index: Int, relation: Relation)?

    var count: Int {
        guard let parent else { return generator.count(of: kind) }
        let users = generator.count(of: .user)
        let draw = generator.hash(.group, parent.index, 7 + parent.relation.rawValue)
        switch parent.relation {
        case .members: return min(users, Int(draw % UInt64(2 * generator.size.membersPerGroup + 1)))
        case .owners: return min(users, Int(draw % 3))
        }
    }

    /// The user an entry of a group stands for: neighbours, from a random one on, none twice.
    func userIndex(_ index: Int) -> Int {
        guard let parent else { return index }
        let users = generator.count(of: .user)
        let start = generator.hash(.group, parent.index, 11 + parent.relation.rawValue)
        return Int((start % UInt64(users)) &+ UInt64(index)) % users
    }

    func object(at index: Int) -> JSON {
        guard parent != nil else { return generator.object(kind, index) }
        var bytes: [UInt8] = []
        appendGUID(generator.id(.user, userIndex(index)), to: &bytes)
        return .string(JSONText(bytes: bytes))
    }

    func index(of id: JSONText) -> Int? {
        guard parent != nil else { return generator.index(of: id, kind: kind) }
        guard let user = generator.index(of: id, kind: .user) else { return nil }
        return (0..<count).first { userIndex($0) == user }
    }
}
