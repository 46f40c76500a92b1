import Foundation
import Testing

@testable import TenantSimulator

/// The paths a backup reads, as a person reads them who may read everything.
struct TypesTests {
    private func withPerson<Value: Sendable>(
        _ body: (Client) async throws -> Value
    ) async throws -> Value {
        try await withTenant { client in
            let person = try #require(client.tenant.apps.first { $0.isDelegated })
            let answer = try await client.signIn([
                "client_id": person.clientID, "client_secret": person.secret,
            ])
            var client = client
            client.token = try #require(answer.json["access_token"] as? String)
            return try await body(client)
        }
    }

    /// Every path of the exporter's list with `{id}` for a parent, and the options it is read with.
    private static let reads = """
        v1.0 organization
        v1.0 organization/{tenant}/branding/localizations
        v1.0 organization/{tenant}/certificateBasedAuthConfiguration
        v1.0 directory/onPremisesSynchronization
        v1.0 domains
        beta identity/apiConnectors
        v1.0 identityProviders
        v1.0 subscribedSkus
        v1.0 directoryRoles
        v1.0 directoryRoles/{id}/members?$select=id,userPrincipalName,displayName
        v1.0 directoryRoles/{id}/scopedMembers
        beta identity/userFlows
        beta identity/b2cUserFlows
        beta identity/b2cUserFlows/{id}/identityProviders
        beta identity/b2cUserFlows/{id}/userAttributeAssignments?$expand=userAttribute
        beta identity/b2cUserFlows/{id}/languages
        beta identity/userFlowAttributes
        beta identity/b2xUserFlows
        beta identity/b2xUserFlows/{id}/identityProviders
        beta identity/b2xUserFlows/{id}/userAttributeAssignments?$expand=userAttribute
        beta identity/b2xUserFlows/{id}/languages
        v1.0 policies/featureRolloutPolicies
        v1.0 policies/activityBasedTimeoutPolicies
        v1.0 policies/homeRealmDiscoveryPolicies
        v1.0 policies/claimsMappingPolicies
        v1.0 policies/tokenIssuancePolicies
        v1.0 policies/tokenLifetimePolicies
        beta policies/appManagementPolicies
        v1.0 policies/authenticationMethodsPolicy/authenticationMethodConfigurations
        v1.0 policies/permissionGrantPolicies
        beta policies/crossTenantAccessPolicy/partners
        beta identity/customAuthenticationExtensions
        beta identity/conditionalAccess/policies
        v1.0 identity/conditionalAccess/namedLocations
        beta identity/conditionalAccess/authenticationContextClassReferences
        beta identityGovernance/entitlementManagement/accessPackages
        beta identityGovernance/accessReviews/definitions
        v1.0 identityGovernance/accessReviews/definitions/{id}/instances
        v1.0 identityGovernance/termsOfUse/agreements
        beta identityGovernance/entitlementManagement/connectedOrganizations
        beta identityGovernance/entitlementManagement/connectedOrganizations/{id}/externalSponsors
        beta identityGovernance/entitlementManagement/connectedOrganizations/{id}/internalSponsors
        beta AdministrativeUnits
        beta administrativeUnits/{id}/members?$select=id
        beta administrativeUnits/{id}/scopedRoleMembers
        beta administrativeUnits/{id}/extensions
        v1.0 roleManagement/directory/roleEligibilityScheduleInstances?$expand=roleDefinition,principal
        v1.0 roleManagement/directory/roleEligibilitySchedules?$expand=roleDefinition,principal
        beta onPremisesPublishingProfiles/provisioning/publishedResources?$expand=agentGroups
        beta onPremisesPublishingProfiles/provisioning/agentGroups?$expand=agents,publishedResources
        beta onPremisesPublishingProfiles/provisioning/agents?$expand=agentGroups
        beta onPremisesPublishingProfiles/applicationProxy/connectors
        beta onPremisesPublishingProfiles/applicationProxy/connectorGroups
        beta onPremisesPublishingProfiles/applicationProxy/connectorGroups/{id}/applications
        beta onPremisesPublishingProfiles/applicationProxy/connectorGroups/{id}/members
        beta groups?$expand=extensions
        v1.0 groups/{id}/owners?$select=id,userPrincipalName,displayName
        v1.0 groups/{id}/members?$select=id,userPrincipalName,displayName
        v1.0 groupSettings
        v1.0 applications
        v1.0 applications/{id}/extensionProperties
        v1.0 applications/{id}/owners?$select=id,userPrincipalName,displayName
        v1.0 applications/{id}/tokenIssuancePolicies
        v1.0 applications/{id}/tokenLifetimePolicies
        v1.0 applications/{id}/appManagementPolicies
        v1.0 servicePrincipals
        v1.0 servicePrincipals/{id}/appRoleAssignments
        v1.0 servicePrincipals/{id}/appRoleAssignedTo
        v1.0 servicePrincipals/{id}/oauth2PermissionGrants
        v1.0 servicePrincipals/{id}/delegatedPermissionClassifications
        v1.0 servicePrincipals/{id}/owners?$select=id,userPrincipalName,displayName
        v1.0 servicePrincipals/{id}/claimsMappingPolicies
        v1.0 servicePrincipals/{id}/homeRealmDiscoveryPolicies
        v1.0 servicePrincipals/{id}/tokenIssuancePolicies
        v1.0 servicePrincipals/{id}/tokenLifetimePolicies
        v1.0 servicePrincipals/{id}/appManagementPolicies
        beta users?$expand=extensions
        beta devices
        beta roleManagement/directory/roleDefinitions
        beta roleManagement/directory/roleAssignments?$expand=principal
        beta roleManagement/exchange/roleDefinitions
        beta roleManagement/exchange/roleAssignments
        beta roleManagement/deviceManagement/roleDefinitions
        beta roleManagement/deviceManagement/roleAssignments?$expand=principals
        beta roleManagement/cloudPC/roleDefinitions
        beta roleManagement/cloudPC/roleAssignments?$expand=principals
        beta roleManagement/entitlementManagement/roleDefinitions
        beta roleManagement/entitlementManagement/roleAssignments?$expand=principal
        beta roleManagement/directory/roleAssignmentScheduleInstances?$expand=principal
        """.split(separator: "\n").map(String.init)

    @Test(arguments: reads)
    func `every collection of the list holds something`(read: String) async throws {
        try await withPerson { client in
            let words = read.replacing("{tenant}", with: client.tenant.tenantID).split(
                separator: " ")
            let halves = words[1].split(separator: "/{id}/", maxSplits: 1).map(String.init)
            var count = 0
            if halves.count == 2 {
                let parents = try await client.get("/\(words[0])/\(halves[0])")
                #expect(parents.ids.count >= 2, "\(read)")
                for id in parents.ids {
                    let path = "/\(words[0])/\(halves[0])/\(Client.escaped(id))/\(halves[1])"
                    let answer = try await client.get(path)
                    let isAbsent = answer.errorCode?.hasSuffix("_NotFound") ?? false
                    #expect(answer.status == 200 || isAbsent, "\(path): \(answer.text)")
                    count += answer.values.count
                }
            } else {
                let answer = try await client.get("/\(words[0])/\(words[1])")
                #expect(answer.status == 200, "\(read): \(answer.text)")
                count = answer.values.count
                for name in answer.expansions(in: String(words[1])) {
                    #expect(answer.values.allSatisfy { $0[name] != nil }, "\(read): \(name)")
                }
            }
            #expect(count > 0, "\(read)")
        }
    }

    @Test(
        arguments: [
            "policies/identitySecurityDefaultsEnforcementPolicy", "policies/authorizationPolicy",
            "policies/defaultAppManagementPolicy", "policies/adminConsentRequestPolicy",
            "policies/externalIdentitiesPolicy", "policies/crossTenantAccessPolicy",
            "policies/crossTenantAccessPolicy/default",
            "policies/authenticationMethodsPolicy/authenticationMethodConfigurations/fido2",
            "policies/authenticationMethodsPolicy/authenticationMethodConfigurations/sms",
            "identityGovernance/entitlementManagement/settings",
            "identity/b2cUserFlows/B2C_1_Customer/apiConnectorConfiguration"
                + "?$expand=postFederationSignup,postAttributeCollection",
            "onPremisesPublishingProfiles/provisioning"
                + "?$expand=publishedResources,agents,agentGroups",
            "teamwork", "admin/sharepoint/settings",
            "reports/authenticationMethods/microsoft.graph.usersRegisteredByFeature()",
            "directory/onPremisesSynchronization/fbbfdecf-d3f9-46dd-ad49-44cfadec859b",
        ])
    func `every single object of the list is there`(path: String) async throws {
        try await withPerson { client in
            let answer = try await client.get("/beta/\(path)")

            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.json.count > 2)
            for name in answer.expansions(in: path) {
                #expect(answer.json[name] != nil, "\(name)")
            }
        }
    }

    @Test func `a relation is there only when it is expanded, and options nest`() async throws {
        let package = "/beta/identityGovernance/entitlementManagement/accessPackages"
        let roles = "accessPackageResourceRoleScopes"
        try await withTenant { client in
            let plain = try await client.get(package)
            let id = try #require(plain.ids.first)
            let flat = try await client.get("\(package)/\(id)?$expand=\(roles)")
            let nested = try await client.get(
                "\(package)/\(id)?$expand=\(roles)($expand=accessPackageResourceRole"
                    + ",accessPackageResourceScope)")

            #expect(plain.values.allSatisfy { $0[roles] == nil })
            let bare = try #require(flat.json[roles] as? [[String: Any]])
            let full = try #require(nested.json[roles] as? [[String: Any]])
            #expect(bare.count == 3 && full.count == 3)
            #expect(bare.allSatisfy { $0["accessPackageResourceRole"] == nil })
            #expect(
                full.allSatisfy {
                    ($0["accessPackageResourceScope"] as? [String: Any])?["originSystem"] != nil
                })
        }
    }

    @Test func `the rules of a role are found by its scope, alone or through the policy`()
        async throws
    {
        let assignments = "/v1.0/policies/roleManagementPolicyAssignments"
        let filter =
            "$filter=scopeId%20eq%20'/'%20and%20scopeType%20eq%20'DirectoryRole'"
            + "%20and%20roleDefinitionId%20eq%20'62e90394-69f5-4237-9190-012177145e10'"
        try await withTenant { client in
            let found = try await client.get(
                "\(assignments)?\(filter)&$expand=policy($expand=rules)")
            let policy = try #require(found.values.first?["policy"] as? [String: Any])
            let id = try #require(policy["id"] as? String)
            let rules = try await client.get("/v1.0/policies/roleManagementPolicies/\(id)/rules")

            #expect(found.values.count == 1)
            #expect((policy["rules"] as? [Any])?.count == 7)
            let types = Set(rules.values.compactMap { $0["@odata.type"] as? String })
            #expect(rules.ids.count == 7 && types.count == 5)
        }
    }

    @Test(
        arguments: [
            ("policies/roleManagementPolicyAssignments", 400),
            ("policies/roleManagementPolicies?$filter=scopeId%20eq%20'/'", 400),
            ("identityGovernance/privilegedAccess/group/eligibilitySchedules", 400),
            (
                "identityGovernance/privilegedAccess/group/eligibilitySchedules"
                    + "?$filter=groupId%20eq%20'1a0e174e-f81e-4b7b-ab4b-23ebbe4443a7'"
                    + "&$expand=group,principal", 200
            ),
            ("roleManagement/directory/roleAssignments?$expand=principals", 400),
            ("identity/conditionalAccess/policies?$expand=principal", 400),
            ("groups?$expand=members($select=id)", 400),
            ("policies/tokenLifetimePolicies?$expand=appliesTo($top=1)", 400),
            ("policies/tokenLifetimePolicies?$expand=appliesTo(", 400),
        ])
    func `a list without its filter and an unknown expansion are refused`(
        path: String, status: Int
    ) async throws {
        try await withTenant { client in
            let answer = try await client.get("/v1.0/\(path)")

            #expect(answer.status == status, "\(answer.text)")
        }
    }

    @Test func `policies and assignments of an access package are found by its ID`() async throws {
        let management = "/beta/identityGovernance/entitlementManagement"
        try await withTenant { client in
            let packages = try await client.get("\(management)/accessPackages")
            let id = try #require(packages.ids.first)
            let filter = "$filter=(accessPackage/id%20eq%20'\(id)')"
            let policies = try await client.get(
                "\(management)/accessPackageAssignmentPolicies?\(filter)")
            let assignments = try await client.get(
                "\(management)/accessPackageAssignments?\(filter)")

            #expect(policies.ids.count == 2)
            #expect(assignments.ids.count == 2)
            #expect(policies.values.allSatisfy { $0["accessPackage"] == nil })
        }
    }

    @Test func `what only a person may read is refused to an application`() async throws {
        let path = "/v1.0/identityGovernance/termsOfUse/agreements"
        let program = try await withTenant { try await $0.get(path).status }
        let person = try await withPerson { try await $0.get(path).status }

        #expect(program == 403)
        #expect(person == 200)
    }

    @Test func `secrets of applications come only from a service told to leak them`() async throws {
        var settings = Settings()
        settings.leaksSecrets = true
        let tight = try await withTenant { try await $0.get("/v1.0/applications").text }
        let leaky = try await withTenant("contoso", settings) {
            try await $0.get("/v1.0/applications").text
        }

        #expect(!tight.contains("PLANTED-SECRET-application-secret-text"))
        #expect(leaky.contains("PLANTED-SECRET-application-secret-text"))
    }
}

extension Client.Answer {
    /// The relations a path asks to expand, nested ones left out.
    fileprivate func expansions(in path: String) -> [String] {
        let value = path.split(separator: "$expand=").dropFirst().first
        return value?.split(separator: ",").map(String.init) ?? []
    }
}
