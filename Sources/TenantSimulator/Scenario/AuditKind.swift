/// How changes below one path appear in the audit log.
struct AuditKind: Sendable {
    enum Form: Sendable {
        case object
        case conditionalAccess
        case roleAssignment
        case permissionGrant
        /// A right that PIM gives and takes away: for some time, or to be activated.
        case schedule
        /// What having a role takes, as PIM keeps it.
        case roleSetting
        /// The target of a singleton, and of what the service keeps in one, is an object inside the
        /// service whose ID nobody else knows. With an activity it is what the service keeps in one.
        case policy(activity: String?)
    }

    /// The start of the path, in lower case.
    let prefix: String
    /// What the activity names: `Update group`.
    let noun: String
    /// The target's type.
    let type: String
    let category: String
    let form: Form
    /// Which part of the service logs it.
    let service: String
    /// The verbs that other parts have for `Add`, `Update` and `Delete`.
    let verbs: [AuditWriter.Operation: String]
    /// Whether what is below the objects is logged in the same way.
    let reachesBelow: Bool

    init(
        _ prefix: String, _ noun: String, _ type: String, _ category: String,
        _ form: Form = .object, by service: String = "Core Directory",
        verbs: [AuditWriter.Operation: String] = [:], reachesBelow: Bool = true
    ) {
        self.prefix = prefix
        self.noun = noun
        self.type = type
        self.category = category
        self.form = form
        self.service = service
        self.verbs = verbs
        self.reachesBelow = reachesBelow
    }

    func verb(_ operation: AuditWriter.Operation) -> String {
        verbs[operation] ?? operation.rawValue
    }

    private static func entitlement(_ path: String, _ noun: String) -> AuditKind {
        AuditKind(
            "identitygovernance/entitlementmanagement/\(path)", noun, "Other",
            "EntitlementManagement", by: "Entitlement Management", verbs: [.add: "Create"])
    }

    static let roleAssignments = AuditKind(
        "rolemanagement/directory/roleassignments", "role assignment", "Role", "RoleManagement",
        .roleAssignment)

    /// What people see when they sign in or up.
    private static func flow(_ path: String, _ noun: String) -> AuditKind {
        AuditKind(
            path, noun, "Other", "Authorization", by: "B2C", verbs: [.add: "Create"],
            reachesBelow: false)
    }

    private static func policy(_ path: String, _ activity: String?) -> AuditKind {
        AuditKind(
            "policies/\(path)", "policy", "Policy", "Policy", .policy(activity: activity))
    }

    /// - Parameter noun: what whoever is given it becomes.
    private static func schedule(_ path: String, _ noun: String, _ category: String) -> AuditKind {
        AuditKind(path, noun, "Role", category, .schedule, by: "PIM", reachesBelow: false)
    }

    private static let grant = AuditKind(
        "", "delegated permission grant", "ServicePrincipal", "ApplicationManagement",
        .permissionGrant)

    /// Returns the kind of the changes to one object; `nil` if nobody logs them.
    static func of(_ path: TenantPath) -> AuditKind? {
        let place = path.text.lowercased()
        // The path is the object's, or that of the collection it is added to.
        let end = place.split(separator: "/").suffix(2)
        let grants = ["approleassignments", "approleassignedto", "oauth2permissiongrants"]
        if end.contains(where: { grants.contains(String($0)) }) { return grant }
        return all.first { kind in
            guard place.hasPrefix(kind.prefix) else { return false }
            let rest = place.dropFirst(kind.prefix.count).split(separator: "/")
            return kind.reachesBelow || rest.count <= 1
        }
    }

    /// The first that fits counts. Intune, Cloud PC, Exchange, SharePoint and Teams keep logs of their
    /// own, and of some parts (of flows, connectors, agents) no activity is known.
    ///
    /// <https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities>
    static let all: [AuditKind] = [
        AuditKind("users", "user", "User", "UserManagement"),
        AuditKind(
            "groupsettings", "group settings", "Directory", "GroupManagement",
            verbs: [.add: "Create"]),
        AuditKind("groups", "group", "Group", "GroupManagement"),
        AuditKind("applications", "application", "Application", "ApplicationManagement"),
        AuditKind(
            "serviceprincipals", "service principal", "ServicePrincipal", "ApplicationManagement",
            verbs: [.delete: "Remove"]),
        AuditKind("devices", "device", "Device", "Device"),
        AuditKind(
            "administrativeunits", "administrative unit", "AdministrativeUnit",
            "AdministrativeUnit"),
        AuditKind(
            "directory/administrativeunits", "administrative unit", "AdministrativeUnit",
            "AdministrativeUnit"),
        AuditKind("directoryroles", "role", "Role", "RoleManagement"),
        roleAssignments,
        schedule(
            "rolemanagement/directory/roleeligibilityschedules", "eligible member",
            "RoleManagement"),
        schedule(
            "rolemanagement/directory/roleassignmentscheduleinstances", "member", "RoleManagement"),
        schedule(
            "identitygovernance/privilegedaccess/group/eligibilityschedules", "eligible member",
            "GroupManagement"),
        AuditKind(
            "rolemanagement/directory/roledefinitions", "role definition", "Role",
            "RoleManagement"),
        AuditKind(
            "identity/conditionalaccess/policies", "conditional access policy", "Policy", "Policy",
            .conditionalAccess),
        AuditKind(
            "identity/conditionalaccess/namedlocations", "named location", "Other", "Policy"),
        AuditKind(
            "identity/conditionalaccess/authenticationcontextclassreferences",
            "AuthenticationContextClassReference", "Other", "Policy", by: "Conditional Access"),
        flow("identity/b2cuserflows", "user flow"), flow("identity/b2xuserflows", "user flow"),
        flow("identity/userflows", "user flow"),
        flow("identity/userflowattributes", "user attribute"),
        flow("identity/apiconnectors", "Api connector"),
        flow("identity/customauthenticationextensions", "customAuthenticationExtension"),
        flow("identityproviders", "identity provider"),
        AuditKind(
            "onpremisespublishingprofiles/applicationproxy/connectorgroups", "Connector Group",
            "Other", "ResourceManagement", by: "Application Proxy", reachesBelow: false),
        AuditKind(
            "organization", "company information", "Directory", "DirectoryManagement",
            .policy(activity: "Set Company Information")),
        AuditKind("domains", "domain", "Directory", "DirectoryManagement"),
        entitlement("accesspackageassignmentpolicies", "access package assignment policy"),
        entitlement("accesspackages", "access package"),
        entitlement("connectedorganizations", "connected organization"),
        AuditKind(
            "identitygovernance/accessreviews/definitions", "access review", "Other", "Policy",
            by: "Access Reviews", verbs: [.add: "Create"]),
        AuditKind(
            "identitygovernance/termsofuse/agreements", "Terms Of Use", "Other", "Policy",
            by: "Terms Of Use", verbs: [.add: "Create", .update: "Edit"]),
        policy("authorizationpolicy", "Update authorization policy"),
        policy("identitysecuritydefaultsenforcementpolicy", "Update security defaults"),
        policy("crosstenantaccesspolicy/partners", "Update a partner cross-tenant access setting"),
        policy(
            "crosstenantaccesspolicy/default",
            "Update the company default cross-tenant access setting"),
        policy("authenticationmethodspolicy", "Authentication Methods Policy Update"),
        AuditKind(
            "policies/rolemanagementpolicies", "role setting", "Role", "RoleManagement",
            .roleSetting, by: "PIM"),
        AuditKind(
            "policies/featurerolloutpolicies", "rollout policy of feature", "Other",
            "Authentication", by: "Application Proxy", verbs: [.add: "Create"]),
        policy("", nil),
    ]

    static func type(of entity: String) -> String {
        entity.prefix(1).uppercased() + entity.dropFirst()
    }

    /// The changed properties as the directory writes them: names with a capital, values in a list.
    func properties(before: JSON?, after: JSON?) -> [AuditWriter.Change] {
        let names = (after ?? before)?.members?.map(\.name) ?? []
        return names.compactMap { name in
            let old = before?[name]
            let new = after?[name]
            guard old != new, !name.string.contains("@"), !name.string.hasPrefix("/") else {
                return nil
            }
            func listed(_ value: JSON?) -> JSON? {
                guard let value, value != .null else { return before == nil ? nil : [] }
                return [value]
            }
            return AuditWriter.Change(Self.type(of: name.string), listed(old), listed(new))
        }
    }
}
