/// What a real service changes between two equal reads although nobody changed the tenant: the
/// order of members and sets, and values that move by themselves.
struct Disorder: Sendable {
    let shuffleSeed: UInt64?
    let noiseSeed: UInt64?

    /// - Parameter answer: the number of the answer; each has its own disorder.
    init(_ settings: Settings, answer: Int) {
        shuffleSeed = settings.shuffleSeed.map { mix($0 &+ UInt64(answer)) }
        noiseSeed = settings.noiseSeed.map { mix($0 &+ UInt64(answer)) }
    }

    func shuffled<Element>(_ elements: [Element]) -> [Element] {
        guard let shuffleSeed else { return elements }
        var random = SeededRandom(state: shuffleSeed)
        return elements.shuffled(using: &random)
    }

    func apply(to object: JSON, salt: Int) -> JSON {
        guard shuffleSeed != nil || noiseSeed != nil else { return object }
        return changed(object, name: nil, salt: UInt64(salt))
    }

    private static let sets: Set<String> = [
        "proxyAddresses", "otherMails", "appRoles", "oauth2PermissionScopes", "ipRanges",
        "countriesAndRegions", "servicePrincipalNames", "tags", "servicePlans", "assignedLicenses",
        "assignedPlans", "includeUsers", "excludeUsers", "includeGroups", "excludeGroups",
        "includeRoles", "excludeRoles", "resourceProvisioningOptions", "resourceBehaviorOptions",
        "verifiedDomains", "replyUrls", "redirectUris", "supportedServices",
        "allowedResourceActions", "requiredResourceAccess", "resourceAccess", "passkeyProfiles",
        "allowedPasskeyProfiles", "inheritsPermissionsFrom", "additionalProperties",
        "permissionGrantPoliciesAssigned", "permissionGrantPolicyIdsAssignedToDefaultUserRole",
    ]

    /// Enumerations of which several members hold at once, in one text with commas between.
    private static let flags: Set<String> = [
        "guestOrExternalUserTypes", "transferMethods", "insiderRiskLevels", "agentIdRiskLevels",
        "passkeyTypes", "groupMembershipClaims",
    ]

    private static let restless: Set<String> = [
        "approximateLastSignInDateTime", "lastSignInDateTime", "lastNonInteractiveSignInDateTime",
        "lastSuccessfulSignInDateTime", "onPremisesLastSyncDateTime", "renewedDateTime",
        "refreshTokensValidFromDateTime", "signInSessionsValidFromDateTime",
        "lastPasswordChangeDateTime", "lastActionDateTime",
    ]

    private func changed(_ value: JSON, name: String?, salt: UInt64) -> JSON {
        switch value {
        case .object(let members):
            let inner = members.map {
                JSON.Member($0.name, changed($0.value, name: $0.name.string, salt: salt))
            }
            return .object(shuffled(inner))
        case .array(let elements):
            let inner = elements.map { changed($0, name: nil, salt: salt) }
            return .array(name.map(Self.sets.contains) == true ? shuffled(inner) : inner)
        case .string where name.map(Self.flags.contains) == true: return flagsShuffled(value)
        default: return noise(value, name: name, salt: salt)
        }
    }

    private func flagsShuffled(_ value: JSON) -> JSON {
        guard let text = value.string, text.contains(",") else { return value }
        let names = text.split(separator: ",").map(\.trimmed)
        return JSON(shuffled(names).joined(separator: text.contains(", ") ? ", " : ","))
    }

    private func noise(_ value: JSON, name: String?, salt: UInt64) -> JSON {
        guard let noiseSeed, let name, value != .null else { return value }
        let draw = mix(noiseSeed &+ salt)
        if name == "consumedUnits" { return JSON(Int(draw % 500)) }
        guard Self.restless.contains(name) else { return value }
        let start: Int64 = 1_760_000_000
        let moment = Timestamp(ticks: (start + Int64(draw % 8_640_000)) * Timestamp.ticksPerSecond)
        return JSON(moment.iso())
    }
}

/// A generator of random numbers that can be repeated (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        defer { state &+= 0x9E37_79B9_7F4A_7C15 }
        return mix(state)
    }
}
