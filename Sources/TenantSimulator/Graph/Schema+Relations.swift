extension Schema {
    /// The navigation properties that `$expand` may name, by entity. Any other is refused.
    static let relations: [String: Set<String>] = {
        let principal: Set = ["principal", "roleDefinition", "directoryScope", "appScope"]
        let applied: Set = ["appliesTo"]
        let policies: Set = [
            "tokenIssuancePolicies", "tokenLifetimePolicies", "appManagementPolicies",
            "homeRealmDiscoveryPolicies",
        ]
        return [
            "user": [
                "extensions", "manager", "sponsors", "directReports", "memberOf",
                "transitiveMemberOf",
                "ownedObjects", "ownedDevices", "registeredDevices", "licenseDetails",
                "appRoleAssignments", "oauth2PermissionGrants",
            ],
            "group": [
                "extensions", "members", "owners", "memberOf", "appRoleAssignments", "settings",
            ],
            "application": policies.union([
                "owners", "extensionProperties", "federatedIdentityCredentials",
            ]),
            "servicePrincipal": policies.union([
                "owners", "memberOf", "appRoleAssignments", "appRoleAssignedTo",
                "oauth2PermissionGrants", "delegatedPermissionClassifications",
                "claimsMappingPolicies",
            ]),
            "device": ["extensions", "registeredOwners", "registeredUsers", "memberOf"],
            "orgContact": ["manager", "directReports", "memberOf"],
            "administrativeUnit": ["extensions", "members", "scopedRoleMembers"],
            "directoryRole": ["members", "scopedMembers"],
            "organization": ["extensions", "branding", "certificateBasedAuthConfiguration"],
            "unifiedRoleAssignment": principal,
            "unifiedRoleAssignmentMultiple": [
                "principals", "roleDefinition", "directoryScopes", "appScopes",
            ],
            "unifiedRoleDefinition": ["inheritsPermissionsFrom"],
            "unifiedRoleEligibilitySchedule": principal,
            "unifiedRoleEligibilityScheduleInstance": principal,
            "unifiedRoleAssignmentSchedule": principal.union(["activatedUsing"]),
            "unifiedRoleAssignmentScheduleInstance": principal.union(["activatedUsing"]),
            "unifiedRoleManagementPolicy": ["rules", "effectiveRules"],
            "unifiedRoleManagementPolicyAssignment": ["policy"],
            "privilegedAccessGroupEligibilitySchedule": ["principal", "group"],
            "accessPackage": [
                "accessPackageCatalog", "accessPackageAssignmentPolicies",
                "accessPackageResourceRoleScopes", "incompatibleAccessPackages",
                "incompatibleGroups",
            ],
            "accessPackageAssignmentPolicy": [
                "accessPackage", "accessPackageCatalog", "customExtensionStageSettings",
            ],
            "accessPackageAssignment": [
                "accessPackage", "accessPackageAssignmentPolicy", "target",
                "accessPackageAssignmentRequests", "accessPackageAssignmentResourceRoles",
            ],
            "connectedOrganization": ["externalSponsors", "internalSponsors"],
            "agreement": ["file", "files"],
            "accessReviewScheduleDefinition": ["instances"],
            "accessReviewInstance": ["contactedReviewers", "stages"],
            "b2cIdentityUserFlow": ["identityProviders", "userAttributeAssignments", "languages"],
            "b2xIdentityUserFlow": ["identityProviders", "userAttributeAssignments", "languages"],
            "identityUserFlowAttributeAssignment": ["userAttribute"],
            "userFlowApiConnectorConfiguration": [
                "postFederationSignup", "postAttributeCollection",
            ],
            "onPremisesPublishingProfile": [
                "publishedResources", "agents", "agentGroups", "connectors", "connectorGroups",
            ],
            "publishedResource": ["agentGroups"],
            "onPremisesAgentGroup": ["agents", "publishedResources"],
            "onPremisesAgent": ["agentGroups"],
            "connector": ["memberOf"],
            "connectorGroup": ["applications", "members"],
            "authenticationMethodsPolicy": ["authenticationMethodConfigurations"],
            "crossTenantAccessPolicy": ["default", "partners"],
            "featureRolloutPolicy": applied,
            "activityBasedTimeoutPolicy": applied,
            "homeRealmDiscoveryPolicy": applied,
            "claimsMappingPolicy": applied,
            "tokenIssuancePolicy": applied,
            "tokenLifetimePolicy": applied,
            "appManagementPolicy": applied,
        ]
    }()
}
