extension GraphResource {
    /// The roles in use. Graph sends them, and their members, in one answer without pages. Members
    /// are asked of beta: v1.0 leaves out service principals, as in ``groups``.
    package static let directoryRoles = GraphResource(
        "directoryRoles",
        path: "directoryRoles",
        folder: "DirectoryRoles",
        groups: ["All", "Config", "Roles"],
        permissions: .directory,
        children: [
            GraphResource(
                "directoryRoles/members",
                version: .beta,
                path: "members",
                folder: "Members",
                groups: ["All", "Config", "Roles"],
                permissions: .directory,
                select: referenceMembers,
                leftOut: [.otherThanReference],
                evidence: [.joining("member", to: "role", in: "Role.ObjectID")]
            ),
            GraphResource(
                "directoryRoles/scopedMembers",
                path: "scopedMembers",
                folder: "ScopedMembers",
                groups: ["All", "Config", "Roles"],
                permissions: .directory
            ),
        ]
    )

    package static let roleDefinitions = roleDefinitions(
        "roleDefinitions", of: "directory", folder: "Directory", group: "DirectoryRoles",
        auditNouns: ["role definition"])

    /// The principal is not expanded: it would repeat a whole user in every assignment, and change
    /// with them. It stays in `volatile` for older exports, which did expand it.
    package static let roleAssignments = roleAssignments(
        "roleAssignments", of: "directory", folder: "Directory", group: "DirectoryRoles",
        evidence: [.role("member")])

    /// Who has which role now and for how long, but for those who activated it: these come and go
    /// every day. The principal is not expanded, as in ``roleAssignments``.
    package static let roleAssignmentScheduleInstances = GraphResource(
        "roleAssignmentScheduleInstances",
        version: .beta,
        path: "roleManagement/directory/roleAssignmentScheduleInstances",
        folder: "RoleManagement/Directory/RoleAssignmentScheduleInstances",
        groups: ["All", "Config", "RoleManagement", "EntitlementManagementRoles"],
        permissions: .roleManagement,
        filter: "assignmentType eq 'Assigned'",
        volatile: ["principal"],
        evidence: [.role("member")]
    )

    package static let exchangeRoleDefinitions = roleDefinitions(
        "exchangeRoleDefinitions", of: "exchange", folder: "Exchange", group: "ExchangeRoles")

    package static let exchangeRoleAssignments = roleAssignments(
        "exchangeRoleAssignments", of: "exchange", folder: "Exchange", group: "ExchangeRoles")

    package static let intuneRoleDefinitions = roleDefinitions(
        "intuneRoleDefinitions", of: "deviceManagement", folder: "DeviceManagement",
        group: "IntuneRoles", audit: .intuneRoles)

    package static let intuneRoleAssignments = roleAssignments(
        "intuneRoleAssignments", of: "deviceManagement", folder: "DeviceManagement",
        group: "IntuneRoles", audit: .intuneRoles)

    package static let cloudPCRoleDefinitions = roleDefinitions(
        "cloudPCRoleDefinitions", of: "cloudPC", folder: "CloudPC", group: "CloudPCRoles")

    package static let cloudPCRoleAssignments = roleAssignments(
        "cloudPCRoleAssignments", of: "cloudPC", folder: "CloudPC", group: "CloudPCRoles",
        permissions: Permissions("DeviceManagementRBAC.Read.All"))

    package static let entitlementManagementRoleDefinitions = roleDefinitions(
        "entitlementManagementRoleDefinitions", of: "entitlementManagement",
        folder: "EntitlementManagement", group: "EntitlementManagementRoles")

    package static let entitlementManagementRoleAssignments = roleAssignments(
        "entitlementManagementRoleAssignments", of: "entitlementManagement",
        folder: "EntitlementManagement", group: "EntitlementManagementRoles")

    private static func roleDefinitions(
        _ name: String, of provider: String, folder: String, group: String,
        auditNouns: [String] = [], audit: AuditSource = .directory
    ) -> GraphResource {
        GraphResource(
            name,
            version: .beta,
            path: "roleManagement/\(provider)/roleDefinitions",
            folder: "RoleManagement/\(folder)/RoleDefinitions",
            groups: ["All", "Config", "RoleManagement", group],
            permissions: .roleManagement,
            sets: [
                "inheritsPermissionsFrom", "resourceScopes",
                "rolePermissions.allowedResourceActions",
                "rolePermissions.excludedResourceActions",
            ],
            auditNouns: auditNouns,
            audit: audit
        )
    }

    /// In Intune and Cloud PC one assignment has several principals and scopes.
    private static func roleAssignments(
        _ name: String, of provider: String, folder: String, group: String,
        permissions: Permissions = .roleManagement, evidence: [Evidence] = [],
        audit: AuditSource = .directory
    ) -> GraphResource {
        GraphResource(
            name,
            version: .beta,
            path: "roleManagement/\(provider)/roleAssignments",
            folder: "RoleManagement/\(folder)/RoleAssignments",
            groups: ["All", "Config", "RoleManagement", group],
            permissions: permissions,
            volatile: ["principal", "principals"],
            sets: ["appScopeIds", "directoryScopeIds", "principalIds"],
            evidence: evidence,
            audit: audit
        )
    }
}
