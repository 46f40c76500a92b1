/// How the audit log tells that an object came or went whose own ID it never names: by what the
/// object joins. A membership is known by its two ends, a role assignment by principal and role.
package struct Evidence: Sendable {
    /// Something an event must name before it is evidence.
    package struct Clue: Sendable {
        package enum Place: Sendable {
            /// The object's ID.
            case object
            case parent
            /// A member of the object. An object without it, or with `null`, gives no clue.
            case member(String)
            /// A member of the object that says what a role is called. An event that names a role
            /// must name this one.
            case role(String)
        }

        package let place: Place
        /// The modified properties that may hold it. An event without any of them must have it as a
        /// target.
        package let properties: [String]
        /// Whether an event without such a property fits all the same.
        package let isOptional: Bool

        package init(_ place: Place, in properties: String..., isOptional: Bool = false) {
            self.init(place, properties: properties, isOptional: isOptional)
        }

        package init(_ place: Place, properties: [String], isOptional: Bool) {
            self.place = place
            self.properties = properties
            self.isOptional = isOptional
        }
    }

    /// How the names of the activities begin that make such an object, or change one.
    package let added: [String]
    /// How the names of those begin that take one away.
    package let removed: [String]
    /// All of them must fit.
    package let clues: [Clue]

    package init(added: [String], removed: [String], clues: [Clue]) {
        self.added = added
        self.removed = removed
        self.clues = clues
    }

    /// Members, owners and the like, whose ID is that of who joined.
    ///
    /// - Parameters:
    ///   - nouns: `member`, `owner`.
    ///   - holder: what they joined: `group`.
    ///   - property: where events name its ID.
    static func joining(_ nouns: String..., to holder: String, in property: String) -> Evidence {
        Evidence(
            added: nouns.map { "Add \($0) to \(holder)" },
            removed: nouns.map { "Remove \($0) from \(holder)" },
            clues: [Clue(.object), Clue(.parent, in: property)])
    }

    /// Policies that an application follows, which are the tenant's.
    static let applicationPolicy = joining(
        "policy", to: "application", in: "Application.ObjectID")
    static let servicePrincipalPolicy = joining(
        "policy", to: "service principal", in: "ServicePrincipal.ObjectID")

    /// People who answer for a connected organization, on the one side or the other.
    static func sponsor(_ side: String) -> Evidence {
        Evidence(
            added: ["Assign user as \(side) sponsor"], removed: ["Remove user as \(side) sponsor"],
            clues: [Clue(.object), Clue(.parent)])
    }

    /// Roles given to principals.
    static func role(_ noun: String) -> Evidence {
        Evidence(
            added: ["Add \(noun) to role"], removed: ["Remove \(noun) from role"],
            clues: [Clue(.member("principalId")), byRole])
    }

    /// `Role.ObjectID` is another object's than the definition's. PIM has a property of its own.
    private static let byRole = Clue(
        .member("roleDefinitionId"), in: "Role.TemplateId", "TemplateId")

    /// What having a role takes.
    static let roleSetting = Evidence(added: [roleSettings], removed: [], clues: [byRole])

    private static let roleSettings = "Update role setting in PIM"

    /// Who may become a member of a group, or an owner: to PIM these are the group's roles.
    static let groupRole = Evidence(
        added: ["Add eligible member to role"], removed: ["Remove eligible member from role"],
        clues: [
            Clue(.member("principalId")), Clue(.member("groupId")),
            Clue(.role("accessId"), isOptional: true),
        ])

    static let groupRoleSetting = Evidence(
        added: [roleSettings], removed: [],
        clues: [Clue(.member("scopeId")), Clue(.role("roleDefinitionId"), isOptional: true)])

    /// Roles of applications given to principals.
    static let applicationRole = Evidence(
        added: ["Add app role assignment"], removed: ["Remove app role assignment"],
        clues: [
            Clue(.member("resourceId")),
            Clue(.member("principalId"), in: "ServicePrincipal.ObjectID"),
            Clue(.member("appRoleId"), in: "AppRole.Id", isOptional: true),
        ])

    /// What people let an application do in their name. The service logs a change of the scope as
    /// a further grant.
    static let delegatedGrant = Evidence(
        added: ["Add delegated permission grant"], removed: ["Remove delegated permission grant"],
        clues: [
            Clue(.member("resourceId")), Clue(.member("clientId"), in: "ServicePrincipal.ObjectID"),
            Clue(.member("principalId"), in: "User.ObjectID", isOptional: true),
        ])
}
