extension GraphResource {
    /// The catalog, kin beside kin. Children are below their parents.
    package static let all: [GraphResource] = [
        organization, domains, subscribedSkus, administrativeUnits, devices,
        users, groups, groupSettings,
        applications, servicePrincipals,
        directoryRoles, roleDefinitions, roleAssignments,
        conditionalAccessPolicies, namedLocations, authenticationContexts,
        authorizationPolicy, adminConsentRequestPolicy,
        identitySecurityDefaultsEnforcementPolicy,
        crossTenantAccessPolicy, crossTenantAccessPolicyDefault, crossTenantAccessPolicyPartners,
        accessReviews,
        azureRoleAssignments, azureRoleDefinitions, azureRoleEligibilities, azureAccessPolicies,
    ]

    /// What is kept of an object that has a folder of its own elsewhere.
    static let referenceMembers = ["id", "userPrincipalName", "displayName"]
}

extension Permissions {
    static let directory = Permissions("Directory.Read.All")
    static let policy = Permissions("Policy.Read.All")
    static let roleManagement = Permissions("RoleManagement.Read.All")
}
