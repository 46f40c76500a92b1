extension GraphResource {
    /// Who may activate which directory role.
    ///
    /// A schedule's ID is what EntraExporter names its file by; the instances it reads are the
    /// schedules' occurrences. Role and principal are not expanded, for the same reason as in
    /// ``roleAssignments``.
    package static let pimDirectoryRoles = GraphResource(
        "pimDirectoryRoles",
        path: "roleManagement/directory/roleEligibilitySchedules",
        folder: "PIM/DirectoryRoles",
        placement: .flat,
        groups: ["All", "PIM", "PIMDirectoryRoles"],
        permissions: Permissions("RoleEligibilitySchedule.Read.Directory"),
        volatile: scheduleNoise,
        evidence: [.role("eligible member")]
    )

    /// What each directory role asks of whoever activates it.
    ///
    /// EntraExporter copies a role's rules into the file of each eligibility, so that one change of
    /// a rule changes a hundred files. Here each policy is there once: its assignment to a role,
    /// which is the only place that says which role it is for, with the rules in it.
    package static let pimDirectoryRolePolicies = GraphResource(
        "pimDirectoryRolePolicies",
        path: "policies/roleManagementPolicyAssignments",
        folder: "PIM/DirectoryRoles/Policies",
        groups: ["All", "PIM", "PIMDirectoryRoles"],
        permissions: Permissions("RoleManagementPolicy.Read.Directory"),
        filter: "scopeId eq '/' and scopeType eq 'DirectoryRole'",
        expand: "policy($expand=rules)",
        volatile: ["policy.lastModifiedDateTime"],
        sets: ruleSets,
        evidence: [.roleSetting]
    )

    /// Who may become a member or an owner of which group.
    package static let pimGroups = GraphResource(
        "pimGroups",
        path: "identityGovernance/privilegedAccess/group/eligibilitySchedules",
        folder: "PIM/Groups",
        placement: .flat,
        walks: [manageableGroups],
        groups: ["All", "PIM", "PIMGroups"],
        permissions: Permissions("PrivilegedEligibilitySchedule.Read.AzureADGroup"),
        filter: "groupId eq '{parent}'",
        empty: notManaged,
        volatile: scheduleNoise,
        evidence: [.groupRole]
    )

    /// What each group asks of whoever becomes a member or an owner of it; see
    /// ``pimDirectoryRolePolicies``.
    package static let pimGroupPolicies = GraphResource(
        "pimGroupPolicies",
        path: "policies/roleManagementPolicyAssignments",
        folder: "PIM/Groups/Policies",
        walks: [manageableGroups],
        groups: ["All", "PIM", "PIMGroups"],
        permissions: Permissions("RoleManagementPolicy.Read.AzureADGroup"),
        filter: "scopeId eq '{parent}' and scopeType eq 'Group'",
        expand: "policy($expand=rules)",
        empty: notManaged,
        volatile: ["policy.lastModifiedDateTime"],
        sets: ruleSets,
        evidence: [.groupRoleSetting]
    )

    /// Graph does not say which groups PIM manages, so each one is asked for that can be: dynamic
    /// groups and those from on-premises cannot ("Bring groups into Privileged Identity Management").
    private static let manageableGroups = GraphResource(
        "manageableGroups",
        path: "groups",
        folder: "",
        groups: [],
        permissions: .directory,
        select: ["id"],
        filter: "not(groupTypes/any(c:c eq 'DynamicMembership')) and onPremisesSyncEnabled ne true",
        top: 999,
        isAdvanced: true
    )

    /// A kind of group that PIM does not manage. For one that is managed no longer the list is empty.
    private static let notManaged = ["ResourceTypeNotSupported"]

    private static let scheduleNoise = [
        "directoryScope", "group", "modifiedDateTime", "principal", "roleDefinition", "status",
    ]

    private static let ruleSets = [
        "policy.rules", "policy.rules.enabledRules", "policy.rules.notificationRecipients",
        "policy.rules.setting.approvalStages.escalationApprovers",
        "policy.rules.setting.approvalStages.primaryApprovers",
        "policy.rules.target.enforcedSettings", "policy.rules.target.inheritableSettings",
        "policy.rules.target.operations",
    ]
}
