extension GraphResource {
    /// The roles in use. Graph sends them, and their members, in one answer without pages.
    package static let directoryRoles = GraphResource(
        "directoryRoles",
        path: "directoryRoles",
        folder: "DirectoryRoles",
        groups: ["All", "Config", "Roles"],
        permissions: .directory,
        children: [
            GraphResource(
                "directoryRoles/members",
                path: "members",
                folder: "Members",
                groups: ["All", "Config", "Roles"],
                permissions: .directory,
                select: referenceMembers
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

    package static let roleDefinitions = GraphResource(
        "roleDefinitions",
        version: .beta,
        path: "roleManagement/directory/roleDefinitions",
        folder: "RoleManagement/Directory/RoleDefinitions",
        groups: ["All", "Config", "RoleManagement", "DirectoryRoles"],
        permissions: .roleManagement,
        sets: [
            "resourceScopes", "rolePermissions.allowedResourceActions",
            "rolePermissions.excludedResourceActions",
        ]
    )

    /// The principal is not expanded: it would repeat a whole user in every assignment, and change
    /// with them. It stays in `volatile` for older exports, which did expand it.
    package static let roleAssignments = GraphResource(
        "roleAssignments",
        version: .beta,
        path: "roleManagement/directory/roleAssignments",
        folder: "RoleManagement/Directory/RoleAssignments",
        groups: ["All", "Config", "RoleManagement", "DirectoryRoles"],
        permissions: .roleManagement,
        volatile: ["principal"]
    )
}
