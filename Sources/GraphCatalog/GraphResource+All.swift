extension GraphResource {
    /// The catalog, kin beside kin. Children are below their parents.
    package static let all: [GraphResource] = [
        organization, brandingLocalizations, certificateBasedAuthConfiguration,
        onPremisesSynchronization, domains, subscribedSkus, administrativeUnits, devices,
        users, groups, groupSettings,
        applications, servicePrincipals,
        directoryRoles, roleDefinitions, roleAssignments, roleAssignmentScheduleInstances,
        exchangeRoleDefinitions, exchangeRoleAssignments,
        intuneRoleDefinitions, intuneRoleAssignments,
        cloudPCRoleDefinitions, cloudPCRoleAssignments,
        entitlementManagementRoleDefinitions, entitlementManagementRoleAssignments,
        pimDirectoryRoles, pimDirectoryRolePolicies, pimGroups, pimGroupPolicies,
        conditionalAccessPolicies, namedLocations, authenticationContexts,
        identityProviders, apiConnectors, customAuthenticationExtensions,
        userFlows, userFlowAttributes, b2cUserFlows, b2xUserFlows,
        authorizationPolicy, adminConsentRequestPolicy,
        identitySecurityDefaultsEnforcementPolicy, authenticationMethodConfigurations,
        featureRolloutPolicies, activityBasedTimeoutPolicies, homeRealmDiscoveryPolicies,
        claimsMappingPolicies, tokenIssuancePolicies, tokenLifetimePolicies,
        defaultAppManagementPolicy, appManagementPolicies, permissionGrantPolicies,
        externalIdentitiesPolicy,
        crossTenantAccessPolicy, crossTenantAccessPolicyDefault, crossTenantAccessPolicyPartners,
        accessReviews, agreements, accessPackages, connectedOrganizations,
        entitlementManagementSettings,
        provisioning, publishedResources, agentGroups, agents, connectors, connectorGroups,
        teamsSettings, sharepointSettings, usersRegisteredByFeature,
        azureRoleAssignments, azureRoleDefinitions, azureRoleEligibilities, azureRolePolicies,
        azureAccessPolicies,
    ]

    /// What is kept of an object that has a folder of its own elsewhere.
    static let referenceMembers = ["id", "userPrincipalName", "displayName"]

    /// Why app-only sign-in cannot read a type, whatever it is granted.
    static let noApplicationPermission = "Graph lets only signed-in people read it"
}

extension Permissions {
    static let directory = Permissions("Directory.Read.All")
    static let policy = Permissions("Policy.Read.All")
    static let roleManagement = Permissions("RoleManagement.Read.All")
}
