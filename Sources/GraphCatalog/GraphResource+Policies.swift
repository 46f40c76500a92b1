extension GraphResource {
    package static let authorizationPolicy = GraphResource(
        "authorizationPolicy",
        path: "policies/authorizationPolicy",
        answer: .object,
        folder: "Policies/AuthorizationPolicy",
        groups: ["All", "Config", "Policies"],
        permissions: .policy,
        // The last two only beta has.
        sets: [
            "defaultUserRolePermissions.permissionGrantPoliciesAssigned", "enabledPreviewFeatures",
            "permissionGrantPolicyIdsAssignedToDefaultUserRole",
        ],
        auditActivities: ["Update authorization policy", "Update policy"]
    )

    package static let adminConsentRequestPolicy = GraphResource(
        "adminConsentRequestPolicy",
        path: "policies/adminConsentRequestPolicy",
        answer: .object,
        folder: "Policies/AdminConsentRequestPolicy",
        groups: ["All", "Config", "Policies"],
        permissions: .policy,
        sets: ["reviewers"],
        auditActivities: ["Update policy"]
    )

    package static let identitySecurityDefaultsEnforcementPolicy = GraphResource(
        "identitySecurityDefaultsEnforcementPolicy",
        path: "policies/identitySecurityDefaultsEnforcementPolicy",
        answer: .object,
        folder: "Policies/IdentitySecurityDefaultsEnforcementPolicy",
        groups: ["All", "Config", "Policies"],
        permissions: .policy,
        auditActivities: [
            "Disable Security Defaults", "Enable Security Defaults", "Update security defaults",
        ]
    )

    package static let crossTenantAccessPolicy = GraphResource(
        "crossTenantAccessPolicy",
        version: .beta,
        path: "policies/crossTenantAccessPolicy",
        answer: .object,
        folder: "Policies/CrossTenantAccessPolicy",
        groups: ["All", "Config", "Policies"],
        permissions: .policy,
        sets: ["allowedCloudEndpoints"],
        auditActivities: ["Update policy"]
    )

    package static let crossTenantAccessPolicyDefault = GraphResource(
        "crossTenantAccessPolicyDefault",
        version: .beta,
        path: "policies/crossTenantAccessPolicy/default",
        answer: .object,
        folder: "Policies/CrossTenantAccessPolicy/Default",
        groups: ["All", "Config", "Policies"],
        permissions: .policy,
        sets: crossTenantSets,
        auditActivities: [
            "Reset the cross-tenant access default setting",
            "Update the company default cross-tenant access setting",
        ]
    )

    /// Partners have no `id`: the tenant they are is what names them.
    package static let crossTenantAccessPolicyPartners = GraphResource(
        "crossTenantAccessPolicyPartners",
        version: .beta,
        path: "policies/crossTenantAccessPolicy/partners",
        folder: "Policies/CrossTenantAccessPolicy/Partners",
        groups: ["All", "Config", "Policies"],
        permissions: .policy,
        idMember: "tenantId",
        sets: crossTenantSets,
        auditActivities: [
            "Add a partner to cross-tenant access setting",
            "Delete partner specific cross-tenant access setting",
            "Update a partner cross-tenant access setting",
        ]
    )

    /// Who and what each direction of access is about.
    private static let crossTenantSets = [
        "b2bCollaborationInbound", "b2bCollaborationOutbound", "b2bDirectConnectInbound",
        "b2bDirectConnectOutbound", "tenantRestrictions",
    ].flatMap { ["\($0).applications.targets", "\($0).usersAndGroups.targets"] }
}
