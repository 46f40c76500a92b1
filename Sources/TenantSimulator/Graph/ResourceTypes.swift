private let directoryRead = "Directory.Read.All"
private let policyRead = "Policy.Read.All"
private let applicationRead = "Application.Read.All Directory.Read.All"
private let groupRead = "GroupMember.Read.All Group.Read.All Directory.Read.All"
private let userRead = "User.Read.All Directory.Read.All"
private let roleRead = "RoleManagement.Read.Directory RoleManagement.Read.All Directory.Read.All"
private let unitRead = "AdministrativeUnit.Read.All Directory.Read.All"
private let flowRead = "IdentityUserFlow.Read.All"
private let entitlementRead = "EntitlementManagement.Read.All"
private let policiesOfApplication = "Policy.Read.All Application.ReadWrite.All"
private let intuneRoles = "RoleManagement.Read.All DeviceManagementRBAC.Read.All"
private let cloudRoles =
    "RoleManagement.Read.CloudPC RoleManagement.Read.All CloudPC.Read.All DeviceManagementRBAC.Read.All"
private let publishingRead = "OnPremisesPublishingProfiles.ReadWrite.All"
private let eligibilityRead =
    "RoleEligibilitySchedule.Read.Directory RoleManagement.Read.Directory RoleManagement.Read.All"
private let groupEligibility = "PrivilegedEligibilitySchedule.Read.AzureADGroup"
private let rolePolicies =
    "RoleManagementPolicy.Read.Directory RoleManagementPolicy.Read.AzureADGroup Policy.Read.All"

extension ResourceType {
    /// Every path the simulated service has.
    static let all: [ResourceType] =
        organization + people + programs + roles + policies + conditionalAccess + flows
        + governance + publishing + audit

    private static let organization: [ResourceType] = [
        ResourceType(
            "organization", of: "organization",
            needs: "Organization.Read.All Directory.Read.All", paging: .onePage),
        ResourceType(
            "organization/{id}/branding/localizations", of: "organizationalBrandingLocalization",
            needs: "OrganizationalBranding.Read.All Organization.Read.All",
            delegated: "User.Read User.Read.All", paging: .onePage),
        ResourceType(
            "organization/{id}/certificateBasedAuthConfiguration",
            of: "certificateBasedAuthConfiguration",
            needs: "Organization.Read.All Directory.Read.All",
            paging: .onePage),
        ResourceType(
            "directory/onPremisesSynchronization", of: "onPremisesDirectorySynchronization",
            needs: "", delegated: "OnPremDirectorySynchronization.Read.All", paging: .onePage),
        ResourceType(
            "domains", of: "domain", needs: "Domain.Read.All Directory.Read.All",
            paging: .onePage),
        ResourceType(
            "subscribedSkus", of: "subscribedSku",
            needs: "Organization.Read.All Directory.Read.All",
            cost: 3, paging: .onePage),
        ResourceType(
            "identityProviders", of: "identityProvider", needs: "IdentityProvider.Read.All",
            paging: .onePage),
        ResourceType(
            "teamwork", .singleton, of: "teamwork", needs: "Teamwork.Read.All", only: "beta"),
        ResourceType(
            "admin/sharepoint/settings", .singleton, of: "sharepointSettings",
            needs: "SharePointTenantSettings.Read.All"),
    ]

    private static let people: [ResourceType] = [
        ResourceType("users", of: "user", needs: userRead, cost: 2),
        ResourceType("users/{id}/sponsors", .references, of: "directoryObject", needs: userRead),
        ResourceType("groups", of: "group", needs: groupRead),
        ResourceType(
            "groups/{id}/members", .references, of: "directoryObject", needs: groupRead, cost: 3,
            leavingOut: ["servicePrincipal"]),
        ResourceType(
            "groups/{id}/owners", .references, of: "directoryObject", needs: groupRead,
            leavingOut: ["servicePrincipal"]),
        ResourceType("groupSettings", of: "groupSetting", needs: directoryRead, paging: .onePage),
        ResourceType("devices", of: "device", needs: "Device.Read.All Directory.Read.All"),
        ResourceType("contacts", of: "orgContact", needs: "OrgContact.Read.All Directory.Read.All"),
        ResourceType(
            "administrativeUnits", of: "administrativeUnit", needs: unitRead, only: "beta"),
        ResourceType(
            "administrativeUnits/{id}/members", .references, of: "directoryObject",
            needs: unitRead, only: "beta"),
        ResourceType(
            "administrativeUnits/{id}/scopedRoleMembers", of: "scopedRoleMembership",
            needs: roleRead, only: "beta", paging: .onePage),
        ResourceType(
            "administrativeUnits/{id}/extensions", of: "extension", needs: unitRead, only: "beta",
            paging: .onePage),
        ResourceType("directory/administrativeUnits", of: "administrativeUnit", needs: unitRead),
        ResourceType(
            "directory/administrativeUnits/{id}/members", .references, of: "directoryObject",
            needs: unitRead),
        ResourceType(
            "directory/administrativeUnits/{id}/scopedRoleMembers", of: "scopedRoleMembership",
            needs: roleRead, paging: .onePage),
    ]

    private static let programs: [ResourceType] = {
        let application = "applications/{id}/"
        let principal = "servicePrincipals/{id}/"
        var types = [
            ResourceType("applications", of: "application", needs: applicationRead, cost: 2),
            ResourceType(
                application + "extensionProperties", of: "extensionProperty",
                needs: applicationRead, cost: 2, paging: .onePage),
            ResourceType(
                "directoryObjects/getAvailableExtensionProperties", .singleton,
                of: "extensionProperty", needs: applicationRead, isAction: true),
            ResourceType("schemaExtensions", of: "schemaExtension", needs: applicationRead),
            ResourceType(
                application + "owners", .references, of: "directoryObject", needs: applicationRead),
            ResourceType("servicePrincipals", of: "servicePrincipal", needs: applicationRead),
            ResourceType(
                principal + "appRoleAssignments", of: "appRoleAssignment", needs: applicationRead,
                cost: 2),
            ResourceType(
                principal + "appRoleAssignedTo", of: "appRoleAssignment", needs: applicationRead),
            ResourceType(
                principal + "oauth2PermissionGrants", of: "oAuth2PermissionGrant",
                needs: directoryRead),
            ResourceType(
                principal + "delegatedPermissionClassifications",
                of: "delegatedPermissionClassification",
                needs: "Policy.Read.PermissionGrant Application.Read.All Directory.Read.All",
                paging: .onePage),
            ResourceType(
                principal + "owners", .references, of: "directoryObject", needs: applicationRead),
            ResourceType(
                "oauth2PermissionGrants", of: "oAuth2PermissionGrant", needs: directoryRead, cost: 2
            ),
        ]
        let assigned = [
            ("tokenIssuancePolicies", "tokenIssuancePolicy"),
            ("tokenLifetimePolicies", "tokenLifetimePolicy"),
            ("appManagementPolicies", "appManagementPolicy"),
            ("claimsMappingPolicies", "claimsMappingPolicy"),
            ("homeRealmDiscoveryPolicies", "homeRealmDiscoveryPolicy"),
        ]
        for (index, (name, entity)) in assigned.enumerated() {
            let needs = policiesOfApplication
            types.append(
                ResourceType(principal + name, of: entity, needs: needs, paging: .onePage))
            guard index < 3 else { continue }
            types.append(
                ResourceType(application + name, of: entity, needs: needs, paging: .onePage))
        }
        return types
    }()

    private static let roles: [ResourceType] = {
        var types = [
            ResourceType("directoryRoles", of: "directoryRole", needs: roleRead, paging: .onePage),
            ResourceType(
                "directoryRoles/{id}/members", .references, of: "directoryObject", needs: roleRead,
                paging: .onePage, leavingOut: ["servicePrincipal"]),
            ResourceType(
                "directoryRoles/{id}/scopedMembers", of: "scopedRoleMembership", needs: roleRead,
                paging: .onePage),
        ]
        let directory = [
            "roleAssignmentScheduleInstance", "roleEligibilityScheduleInstance",
            "roleAssignmentSchedule", "roleEligibilitySchedule",
        ]
        for name in directory {
            types.append(
                ResourceType(
                    "roleManagement/directory/\(name)s",
                    of: "unified\(name.prefix(1).uppercased())\(name.dropFirst())",
                    needs: eligibilityRead + " RoleAssignmentSchedule.Read.Directory"))
        }
        let exchangeRoles = "RoleManagement.Read.Exchange RoleManagement.Read.All"
        let entitlementRoles = "RoleManagement.Read.All EntitlementManagement.Read.All"
        let one = "unifiedRoleAssignment"
        let several = "unifiedRoleAssignmentMultiple"
        let providers: [(String, String, String, String, Bucket)] = [
            ("directory", roleRead, "v1.0 beta", one, .directory),
            ("exchange", exchangeRoles, "beta", one, .directory),
            ("deviceManagement", intuneRoles, "beta", several, .intune),
            ("cloudPC", cloudRoles, "beta", several, .directory),
            ("entitlementManagement", entitlementRoles, "v1.0 beta", one, .directory),
        ]
        for (name, needs, versions, assignment, bucket) in providers {
            types += [
                ResourceType(
                    "roleManagement/\(name)/roleDefinitions", of: "unifiedRoleDefinition",
                    needs: needs, only: versions, bucket: bucket),
                ResourceType(
                    "roleManagement/\(name)/roleAssignments", of: assignment,
                    needs: needs, only: versions, bucket: bucket),
            ]
        }
        return types
    }()

    private static let policies: [ResourceType] = {
        let singletons = [
            ("identitySecurityDefaultsEnforcementPolicy", policyRead, "v1.0 beta"),
            ("authorizationPolicy", policyRead, "v1.0 beta"),
            ("authenticationMethodsPolicy", policyRead, "v1.0 beta"),
            ("authenticationFlowsPolicy", policyRead, "v1.0 beta"),
            ("adminConsentRequestPolicy", policyRead, "v1.0 beta"),
            ("crossTenantAccessPolicy", policyRead, "v1.0 beta"),
            ("crossTenantAccessPolicy/default", policyRead, "v1.0 beta"),
            ("defaultAppManagementPolicy", policyRead, "v1.0 beta"),
            ("externalIdentitiesPolicy", policyRead, "beta"),
        ]
        let collections = [
            ("activityBasedTimeoutPolicies", "activityBasedTimeoutPolicy"),
            ("homeRealmDiscoveryPolicies", "homeRealmDiscoveryPolicy"),
            ("claimsMappingPolicies", "claimsMappingPolicy"),
            ("tokenIssuancePolicies", "tokenIssuancePolicy"),
            ("tokenLifetimePolicies", "tokenLifetimePolicy"),
            ("appManagementPolicies", "appManagementPolicy"),
            (
                "authenticationMethodsPolicy/authenticationMethodConfigurations",
                "authenticationMethodConfiguration"
            ),
            ("crossTenantAccessPolicy/partners", "crossTenantAccessPolicyConfigurationPartner"),
            ("authenticationStrengthPolicies", "authenticationStrengthPolicy"),
        ]
        let scoped: [Set<String>] = [["scopeid", "scopetype"]]
        let others = [
            ResourceType(
                "policies/featureRolloutPolicies", of: "featureRolloutPolicy", needs: "",
                delegated: "Policy.Read.HybridAuthentication Directory.ReadWrite.All",
                paging: .onePage),
            ResourceType(
                "policies/permissionGrantPolicies", of: "permissionGrantPolicy",
                needs: "Policy.Read.PermissionGrant Policy.Read.All", paging: .onePage),
            ResourceType(
                "policies/roleManagementPolicies", of: "unifiedRoleManagementPolicy",
                needs: rolePolicies, paging: .onePage, filters: scoped),
            ResourceType(
                "policies/roleManagementPolicies/{id}/rules",
                of: "unifiedRoleManagementPolicyRule", needs: rolePolicies, paging: .onePage),
            ResourceType(
                "policies/roleManagementPolicyAssignments",
                of: "unifiedRoleManagementPolicyAssignment", needs: rolePolicies,
                paging: .onePage, filters: scoped),
        ]
        return singletons.map {
            ResourceType("policies/\($0.0)", .singleton, of: $0.0, needs: $0.1, only: $0.2)
        }
            + collections.map {
                ResourceType("policies/\($0.0)", of: $0.1, needs: policyRead, paging: .onePage)
            } + others
    }()

    private static let conditionalAccess: [ResourceType] = [
        ResourceType(
            "identity/conditionalAccess/policies", of: "conditionalAccessPolicy", needs: policyRead,
            bucket: .conditionalAccess, paging: .onePage),
        ResourceType(
            "identity/conditionalAccess/namedLocations", of: "namedLocation", needs: policyRead,
            bucket: .conditionalAccess, paging: .onePage),
        ResourceType(
            "identity/conditionalAccess/authenticationContextClassReferences",
            of: "authenticationContextClassReference", needs: policyRead, paging: .onePage),
        ResourceType(
            "identity/customAuthenticationExtensions", of: "customAuthenticationExtension",
            needs: "CustomAuthenticationExtension.Read.All Application.Read.All", paging: .onePage),
    ]

    private static let flows: [ResourceType] = {
        var types = [
            ResourceType(
                "identity/apiConnectors", of: "identityApiConnector",
                needs: "APIConnectors.Read.All APIConnectors.ReadWrite.All", paging: .onePage),
            ResourceType(
                "identity/userFlows", of: "identityUserFlow", needs: flowRead, only: "beta",
                paging: .onePage),
            ResourceType(
                "identity/userFlowAttributes", of: "identityUserFlowAttribute", needs: flowRead,
                paging: .onePage),
        ]
        let children = [
            ("identityProviders", "identityProvider"),
            ("userAttributeAssignments", "identityUserFlowAttributeAssignment"),
            ("languages", "userFlowLanguageConfiguration"),
        ]
        for (flow, versions) in [("b2c", "beta"), ("b2x", "v1.0 beta")] {
            let path = "identity/\(flow)UserFlows"
            types.append(
                ResourceType(
                    path, of: "\(flow)IdentityUserFlow", needs: flowRead, only: versions,
                    paging: .onePage))
            for (child, entity) in children {
                types.append(
                    ResourceType(
                        "\(path)/{id}/\(child)", of: entity, needs: flowRead, only: versions,
                        paging: .onePage))
            }
            types.append(
                ResourceType(
                    "\(path)/{id}/apiConnectorConfiguration", .singleton,
                    of: "userFlowApiConnectorConfiguration", needs: flowRead, only: versions))
        }
        return types
    }()

    private static let governance: [ResourceType] = {
        let reviews = "identityGovernance/accessReviews/definitions"
        let entitlement = "identityGovernance/entitlementManagement"
        let review = "AccessReview.Read.All"
        return [
            ResourceType(reviews, of: "accessReviewScheduleDefinition", needs: review),
            ResourceType("\(reviews)/{id}/instances", of: "accessReviewInstance", needs: review),
            ResourceType(
                "\(reviews)/{id}/instances/{id}/contactedReviewers", of: "accessReviewReviewer",
                needs: review),
            ResourceType(
                "identityGovernance/termsOfUse/agreements", of: "agreement", needs: "",
                delegated: "Agreement.Read.All", paging: .onePage),
            ResourceType(
                "\(entitlement)/accessPackages", of: "accessPackage", needs: entitlementRead,
                only: "beta"),
            ResourceType(
                "\(entitlement)/accessPackages/{id}/accessPackageResourceRoleScopes",
                of: "accessPackageResourceRoleScope", needs: entitlementRead, only: "beta"),
            ResourceType(
                "\(entitlement)/accessPackageAssignmentPolicies",
                of: "accessPackageAssignmentPolicy", needs: entitlementRead, only: "beta"),
            ResourceType(
                "\(entitlement)/accessPackageAssignments", of: "accessPackageAssignment",
                needs: entitlementRead, only: "beta"),
            ResourceType(
                "\(entitlement)/connectedOrganizations", of: "connectedOrganization",
                needs: entitlementRead),
            ResourceType(
                "\(entitlement)/connectedOrganizations/{id}/externalSponsors", .references,
                of: "directoryObject", needs: entitlementRead),
            ResourceType(
                "\(entitlement)/connectedOrganizations/{id}/internalSponsors", .references,
                of: "directoryObject", needs: entitlementRead),
            ResourceType(
                "\(entitlement)/settings", .singleton, of: "entitlementManagementSettings",
                needs: entitlementRead),
            ResourceType(
                "identityGovernance/privilegedAccess/group/eligibilitySchedules",
                of: "privilegedAccessGroupEligibilitySchedule", needs: groupEligibility,
                filters: [["groupid"], ["principalid"]]),
        ]
    }()

    private static let publishing: [ResourceType] = {
        let profiles = "onPremisesPublishingProfiles"
        let agents = [
            ("publishedResources", "publishedResource"), ("agentGroups", "onPremisesAgentGroup"),
            ("agents", "onPremisesAgent"),
        ].map {
            ResourceType(
                "\(profiles)/provisioning/\($0.0)", of: $0.1, needs: "", only: "beta",
                delegated: publishingRead, paging: .onePage)
        }
        // The application permission there is for these two also writes: no backup should hold it.
        let proxy = [
            ("connectors", "connector", nil), ("connectorGroups", "connectorGroup", nil),
            ("connectorGroups/{id}/applications", "application", "ApplicationsForGroup_NotFound"),
            ("connectorGroups/{id}/members", "connector", "ConnectorGroup_NotFound"),
        ].map {
            ResourceType(
                "\(profiles)/applicationProxy/\($0.0)", of: $0.1,
                needs: "Directory.ReadWrite.All", only: "beta", paging: .onePage, absence: $0.2)
        }
        return agents + proxy + [
            ResourceType(
                "\(profiles)/provisioning", .singleton, of: "onPremisesPublishingProfile",
                needs: "", only: "beta", delegated: publishingRead)
        ]
    }()

    private static let audit: [ResourceType] = [
        ResourceType(
            "auditLogs/directoryAudits", of: "directoryAudit", needs: "AuditLog.Read.All",
            bucket: .audit, paging: .audit),
        ResourceType(
            "deviceManagement/auditEvents", of: "auditEvent",
            needs: "DeviceManagementApps.Read.All", bucket: .intune, paging: .audit),
        ResourceType(
            "auditLogs/signIns", of: "signIn", needs: "AuditLog.Read.All", bucket: .audit,
            paging: .audit),
        ResourceType(
            "reports/authenticationMethods/microsoft.graph.usersRegisteredByFeature()", .singleton,
            of: "userRegistrationFeatureSummary", needs: "", delegated: "AuditLog.Read.All",
            bucket: .audit),
    ]
}
