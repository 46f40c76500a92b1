extension GraphResource {
    private static let entitlement = Permissions("EntitlementManagement.Read.All")
    private static let packageGroups = ["All", "Governance", "EntitlementManagement"]

    /// Packages of access. Who may have one and who has it are lists of their own, asked by the
    /// package; what is in one is the package again, with its parts.
    package static let accessPackages = GraphResource(
        "accessPackages",
        version: .beta,
        path: "identityGovernance/entitlementManagement/accessPackages",
        folder: "IdentityGovernance/EntitlementManagement/AccessPackages",
        groups: packageGroups,
        permissions: entitlement,
        volatile: ["modifiedDateTime"],
        auditNouns: ["access package"],
        children: [
            GraphResource(
                "accessPackages/assignmentPolicies",
                version: .beta,
                path: "identityGovernance/entitlementManagement/accessPackageAssignmentPolicies",
                folder: "AssignmentPolicies",
                groups: packageGroups,
                permissions: entitlement,
                filter: "accessPackage/id eq '{parent}'",
                volatile: ["modifiedDateTime"],
                sets: [
                    "accessReviewSettings.reviewers",
                    "requestApprovalSettings.approvalStages.escalationApprovers",
                    "requestApprovalSettings.approvalStages.primaryApprovers",
                    "requestorSettings.allowedRequestors",
                ],
                auditNouns: ["access package assignment policy"]
            ),
            GraphResource(
                "accessPackages/assignments",
                version: .beta,
                path: "identityGovernance/entitlementManagement/accessPackageAssignments",
                folder: "Assignments",
                groups: packageGroups,
                permissions: entitlement,
                filter: "accessPackage/id eq '{parent}'",
                volatile: ["assignmentState", "assignmentStatus", "expiredDateTime"]
            ),
            GraphResource(
                "accessPackages/resourceScopes",
                version: .beta,
                path: "identityGovernance/entitlementManagement/accessPackages/{parent}",
                answer: .object,
                folder: "ResourceScopes",
                groups: packageGroups,
                permissions: entitlement,
                expand: "accessPackageResourceRoleScopes("
                    + "$expand=accessPackageResourceRole,accessPackageResourceScope)",
                volatile: ["accessPackageResourceRoleScopes.modifiedDateTime", "modifiedDateTime"],
                sets: ["accessPackageResourceRoleScopes"]
            ),
        ]
    )

    /// Of sponsors only what names them: they are users and groups, which have folders elsewhere.
    package static let connectedOrganizations = GraphResource(
        "connectedOrganizations",
        version: .beta,
        path: "identityGovernance/entitlementManagement/connectedOrganizations",
        folder: "IdentityGovernance/EntitlementManagement/ConnectedOrganizations",
        groups: ["All", "Config"],
        permissions: entitlement,
        volatile: ["modifiedDateTime"],
        sets: ["identitySources"],
        auditNouns: ["connected organization"],
        children: ["external", "internal"].map { side in
            let name = "\(side)Sponsors"
            return GraphResource(
                "connectedOrganizations/\(name)",
                version: .beta,
                path: name,
                folder: name.prefix(1).uppercased() + name.dropFirst(),
                groups: ["All", "Config", "Governance"],
                permissions: entitlement,
                select: referenceMembers,
                leftOut: [.otherThanReference],
                evidence: [.sponsor(side)]
            )
        }
    )

    package static let entitlementManagementSettings = GraphResource(
        "entitlementManagementSettings",
        version: .beta,
        path: "identityGovernance/entitlementManagement/settings",
        answer: .object,
        folder: "IdentityGovernance/EntitlementManagement/Settings",
        groups: ["All", "Config", "Governance"],
        permissions: entitlement,
        auditActivities: ["Update tenant setting"]
    )

    package static let agreements = GraphResource(
        "agreements",
        path: "identityGovernance/termsOfUse/agreements",
        folder: "IdentityGovernance/TermsOfUse/Agreements",
        groups: ["All", "Config", "Governance"],
        permissions: Permissions(delegated: "Agreement.Read.All"),
        appOnly: noApplicationPermission
    )
}
