extension GraphResource {
    /// Words of EntraExporter that choose what its PIM exports refer to.
    private static let privileged = ["PIM", "PIMDirectoryRoles", "PIMResources", "PIMGroups"]

    package static let conditionalAccessPolicies = GraphResource(
        "conditionalAccessPolicies",
        version: .beta,
        path: "identity/conditionalAccess/policies",
        folder: "Identity/Conditional/AccessPolicies",
        groups: ["All", "Config", "ConditionalAccess"] + privileged,
        permissions: .policy,
        bucket: .conditionalAccess,
        volatile: ["grantControls.authenticationStrength.modifiedDateTime", "modifiedDateTime"],
        sets: conditionSets + [
            "grantControls.authenticationStrength.allowedCombinations",
            "grantControls.authenticationStrength.combinationConfigurations",
            "grantControls.authenticationStrength.combinationConfigurations.allowedAAGUIDs",
            "grantControls.authenticationStrength.combinationConfigurations.allowedIssuerSkis",
            "grantControls.authenticationStrength.combinationConfigurations.allowedPolicyOIDs",
            "grantControls.authenticationStrength.combinationConfigurations.appliesToCombinations",
            "grantControls.builtInControls", "grantControls.customAuthenticationFactors",
            "grantControls.termsOfUse",
        ],
        // Enumerations of which several members hold at once: Graph sends their names in one text.
        flags: [
            "conditions.agentIdRiskLevels", "conditions.authenticationFlows.transferMethods",
            "conditions.insiderRiskLevels",
            "conditions.users.excludeGuestsOrExternalUsers.guestOrExternalUserTypes",
            "conditions.users.includeGuestsOrExternalUsers.guestOrExternalUserTypes",
        ],
        auditNouns: ["conditional access policy"]
    )

    /// Every list in a policy's conditions says which, never in what order.
    private static let conditionSets = [
        "conditions.applications.excludeApplications",
        "conditions.applications.includeApplications",
        "conditions.applications.includeAuthenticationContextClassReferences",
        "conditions.applications.includeUserActions",
        "conditions.clientAppTypes",
        "conditions.clientApplications.excludeAgentIdServicePrincipals",
        "conditions.clientApplications.excludeServicePrincipals",
        "conditions.clientApplications.includeAgentIdServicePrincipals",
        "conditions.clientApplications.includeServicePrincipals",
        "conditions.deviceStates.excludeStates",
        "conditions.deviceStates.includeStates",
        "conditions.devices.excludeDeviceStates",
        "conditions.devices.excludeDevices",
        "conditions.devices.includeDeviceStates",
        "conditions.devices.includeDevices",
        "conditions.locations.excludeLocations",
        "conditions.locations.includeLocations",
        "conditions.platforms.excludePlatforms",
        "conditions.platforms.includePlatforms",
        "conditions.servicePrincipalRiskLevels",
        "conditions.signInRiskLevels",
        "conditions.userRiskLevels",
        "conditions.users.excludeGroups",
        "conditions.users.excludeGuestsOrExternalUsers.externalTenants.members",
        "conditions.users.excludeRoles",
        "conditions.users.excludeUsers",
        "conditions.users.includeGroups",
        "conditions.users.includeGuestsOrExternalUsers.externalTenants.members",
        "conditions.users.includeRoles",
        "conditions.users.includeUsers",
    ]

    /// IP ranges or countries: `@odata.type` says which.
    package static let namedLocations = GraphResource(
        "namedLocations",
        path: "identity/conditionalAccess/namedLocations",
        folder: "Identity/Conditional/NamedLocations",
        groups: ["All", "Config", "ConditionalAccess"],
        permissions: .policy,
        bucket: .conditionalAccess,
        volatile: ["modifiedDateTime"],
        sets: ["countriesAndRegions", "ipRanges"],
        auditNouns: ["named location"]
    )

    package static let authenticationContexts = GraphResource(
        "authenticationContexts",
        version: .beta,
        path: "identity/conditionalAccess/authenticationContextClassReferences",
        folder: "Identity/Conditional/AuthenticationContexts",
        groups: ["All", "Config", "ConditionalAccess"] + privileged,
        permissions: .policy,
        bucket: .conditionalAccess
    )
}
