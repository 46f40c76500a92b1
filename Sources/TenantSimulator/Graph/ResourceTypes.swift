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
            needs: "", paging: .onePage),
        ResourceType(
            "organization/{id}/certificateBasedAuthConfiguration",
            of: "certificateBasedAuthConfiguration",
            needs: "Organization.Read.All Directory.Read.All",
            paging: .onePage),
        ResourceType(
            "directory/onPremisesSynchronization", of: "onPremisesDirectorySynchronization",
            needs: "", paging: .onePage),
        ResourceType(
            "domains", of: "domain", needs: "Domain.Read.All Directory.Read.All",
            paging: .onePage),
        ResourceType(
            "subscribedSkus", of: "subscribedSku",
            needs: "Organization.Read.All Directory.Read.All",
            cost: 3, paging: .onePage),
        ResourceType("identityProviders", of: "identityProvider", needs: "", paging: .onePage),
        ResourceType(
            "teamwork", .singleton, of: "teamwork", needs: "Teamwork.Read.All", only: "beta"),
        ResourceType(
            "admin/sharepoint/settings", .singleton, of: "sharepointSettings",
            needs: "SharePointTenantSettings.Read.All"),
    ]

    private static let people: [ResourceType] = [
        ResourceType("users", of: "user", needs: userRead, cost: 2),
        ResourceType("groups", of: "group", needs: groupRead),
        ResourceType(
            "groups/{id}/members", .references, of: "directoryObject", needs: groupRead, cost: 3),
        ResourceType("groups/{id}/owners", .references, of: "directoryObject", needs: groupRead),
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
            "tokenIssuancePolicies", "tokenLifetimePolicies", "appManagementPolicies",
            "claimsMappingPolicies", "homeRealmDiscoveryPolicies",
        ]
        for (index, name) in assigned.enumerated() {
            let needs = policiesOfApplication
            types.append(ResourceType(principal + name, needs: needs, paging: .onePage))
            guard index < 3 else { continue }
            types.append(ResourceType(application + name, needs: needs, paging: .onePage))
        }
        return types
    }()

    private static let roles: [ResourceType] = {
        var types = [
            ResourceType("directoryRoles", of: "directoryRole", needs: roleRead, paging: .onePage),
            ResourceType(
                "directoryRoles/{id}/members", .references, of: "directoryObject", needs: roleRead,
                paging: .onePage),
            ResourceType(
                "directoryRoles/{id}/scopedMembers", of: "scopedRoleMembership", needs: roleRead,
                paging: .onePage),
        ]
        let directory = [
            "roleAssignmentScheduleInstances", "roleEligibilityScheduleInstances",
            "roleAssignmentSchedules", "roleEligibilitySchedules",
        ]
        for name in directory {
            types.append(
                ResourceType(
                    "roleManagement/directory/\(name)", of: "unifiedRoleScheduleInstance",
                    needs: eligibilityRead + " RoleAssignmentSchedule.Read.Directory"))
        }
        let providers = [
            ("directory", roleRead, "v1.0 beta"), ("exchange", "RoleManagement.Read.All", "beta"),
            ("deviceManagement", intuneRoles, "v1.0 beta"), ("cloudPC", intuneRoles, "beta"),
            ("entitlementManagement", "RoleManagement.Read.All", "v1.0 beta"),
        ]
        for (name, needs, versions) in providers {
            types += [
                ResourceType(
                    "roleManagement/\(name)/roleDefinitions", of: "unifiedRoleDefinition",
                    needs: needs, only: versions),
                ResourceType(
                    "roleManagement/\(name)/roleAssignments", of: "unifiedRoleAssignment",
                    needs: needs, only: versions),
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
            ("featureRolloutPolicies", "", "v1.0 beta"),
            ("activityBasedTimeoutPolicies", policyRead, "v1.0 beta"),
            ("homeRealmDiscoveryPolicies", policyRead, "v1.0 beta"),
            ("claimsMappingPolicies", policyRead, "v1.0 beta"),
            ("tokenIssuancePolicies", policyRead, "v1.0 beta"),
            ("tokenLifetimePolicies", policyRead, "v1.0 beta"),
            ("appManagementPolicies", policyRead, "v1.0 beta"),
            ("permissionGrantPolicies", "Policy.Read.PermissionGrant", "v1.0 beta"),
            (
                "authenticationMethodsPolicy/authenticationMethodConfigurations", policyRead,
                "v1.0 beta"
            ),
            ("crossTenantAccessPolicy/partners", policyRead, "v1.0 beta"),
            ("authenticationStrengthPolicies", policyRead, "v1.0 beta"),
            ("roleManagementPolicies", rolePolicies, "v1.0 beta"),
            ("roleManagementPolicyAssignments", rolePolicies, "v1.0 beta"),
        ]
        return singletons.map {
            ResourceType("policies/\($0.0)", .singleton, of: $0.0, needs: $0.1, only: $0.2)
        }
            + collections.map {
                ResourceType(
                    "policies/\($0.0)", of: $0.0, needs: $0.1, only: $0.2, paging: .onePage)
            }
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
                needs: "APIConnectors.Read.All APIConnectors.ReadWrite.All", only: "beta",
                paging: .onePage),
            ResourceType(
                "identity/userFlows", of: "identityUserFlow", needs: flowRead, paging: .onePage),
            ResourceType(
                "identity/userFlowAttributes", of: "identityUserFlowAttribute", needs: flowRead,
                paging: .onePage),
        ]
        for flow in ["b2cUserFlows", "b2xUserFlows"] {
            types.append(ResourceType("identity/\(flow)", needs: flowRead, paging: .onePage))
            for child in ["identityProviders", "userAttributeAssignments", "languages"] {
                types.append(
                    ResourceType(
                        "identity/\(flow)/{id}/\(child)", needs: flowRead, paging: .onePage))
            }
            types.append(
                ResourceType(
                    "identity/\(flow)/{id}/apiConnectorConfiguration", .singleton, needs: flowRead))
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
                paging: .onePage),
            ResourceType(
                "\(entitlement)/accessPackages", of: "accessPackage", needs: entitlementRead),
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
                of: "privilegedAccessGroupEligibilitySchedule", needs: groupEligibility),
        ]
    }()

    private static let publishing: [ResourceType] = {
        let profiles = "onPremisesPublishingProfiles"
        let beta = ["publishedResources", "agentGroups", "agents"].map {
            ResourceType(
                "\(profiles)/provisioning/\($0)", needs: "", only: "beta", paging: .onePage)
        }
        let proxy = [
            "connectors", "connectorGroups", "connectorGroups/{id}/applications",
            "connectorGroups/{id}/members",
        ]
        return beta
            + proxy.map {
                ResourceType(
                    "\(profiles)/applicationProxy/\($0)", needs: "", only: "beta", paging: .onePage)
            } + [
                ResourceType("\(profiles)/provisioning", .singleton, needs: "", only: "beta")
            ]
    }()

    private static let audit: [ResourceType] = [
        ResourceType(
            "auditLogs/directoryAudits", of: "directoryAudit", needs: "AuditLog.Read.All",
            bucket: .audit, paging: .audit),
        ResourceType(
            "auditLogs/signIns", of: "signIn", needs: "AuditLog.Read.All", bucket: .audit,
            paging: .audit),
        ResourceType(
            "reports/authenticationMethods/microsoft.graph.usersRegisteredByFeature()", .singleton,
            of: "userRegistrationFeatureSummary", needs: "", only: "beta", bucket: .audit),
    ]
}
