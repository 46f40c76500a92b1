package import GraphCatalog

/// One row of what EntraExporter 3.0 exports of Graph: how this program asks for it, and where an
/// object of it stands.
///
/// Written from the exporter's list, not from the catalog. It asks differently in these points:
/// - Principals are not expanded in role assignments, nor roles and principals in schedules.
/// - Users and groups name their properties instead of expanding extensions; lists of references
///   everywhere hold only what names an object. Pages are as large as Graph allows.
/// - Flows of B2C are asked of beta, which is where Graph has them; so are members and owners of
///   groups and members of roles, of which v1.0 leaves out service principals.
/// - One list holds all authentication methods.
/// - The permissions are those that let nobody write, where Graph has such.
package struct ExporterRow: Sendable, CustomStringConvertible {
    /// The type's name.
    package let type: String
    /// Version, path and query; `1` and `2` for the objects above it. The query is left open if it
    /// ends in `…`.
    package let request: String
    /// Of an object's file.
    package let path: String
    package let groups: Set<String>
    package let application: [String]
    package let delegated: [String]

    package var description: String { "\(type) at \(path)" }

    /// Whether `request` is how the row is asked for.
    package func isAsked(by request: GraphRequest) -> Bool {
        guard self.request.hasSuffix("…") else { return request.line == self.request }
        return request.line.hasPrefix(self.request.dropLast())
    }

    private init(_ lines: ArraySlice<Substring>) {
        let words = lines.map { $0.drop { $0 == " " } }
        let rights = words[3].split(separator: "; ").map { $0.split(separator: " ") }
        (type, request, path) = (String(words[0]), String(words[1]), String(words[2]))
        groups = Set(rights[0].map(String.init))
        application = rights[1].map(String.init).filter { $0 != "-" }
        delegated = rights[2].map(String.init)
    }

    package static let all: [ExporterRow] = {
        let lines = text.split(separator: "\n")
        return stride(from: 0, to: lines.count, by: 4).map { ExporterRow(lines[$0..<($0 + 4)]) }
    }()

    /// Four lines a row: type, request, path, and groups with the permissions for applications and
    /// for people.
    private static let text = """
        organization
          v1.0 organization
          Organization/Organization.json
          All Config Organization; Directory.Read.All; Directory.Read.All
        brandingLocalizations
          v1.0 organization/tenant/branding/localizations
          Organization/Branding/Localizations.json
          All Config Organization; OrganizationalBranding.Read.All; User.Read.All
        certificateBasedAuthConfiguration
          v1.0 organization/tenant/certificateBasedAuthConfiguration
          Organization/CertificateBasedAuthConfiguration.json
          All Config Organization; Organization.Read.All; Organization.Read.All
        onPremisesSynchronization
          v1.0 directory/onPremisesSynchronization/tenant
          Directory/OnPremisesSynchronization.json
          All Config Directory; -; OnPremDirectorySynchronization.Read.All
        domains
          v1.0 domains
          Domains/1/1.json
          All Config Domains; Directory.Read.All; Directory.Read.All
        apiConnectors
          beta identity/apiConnectors
          Identity/APIConnectors/1/1.json
          All Config Identity; APIConnectors.Read.All; APIConnectors.Read.All
        identityProviders
          v1.0 identityProviders
          IdentityProviders/1/1.json
          All Config Identity; IdentityProvider.Read.All; IdentityProvider.Read.All
        subscribedSkus
          v1.0 subscribedSkus
          SubscribedSkus/1/1.json
          All Config SKUs; Directory.Read.All; Directory.Read.All
        directoryRoles
          v1.0 directoryRoles
          DirectoryRoles/1/1.json
          All Config Roles; Directory.Read.All; Directory.Read.All
        directoryRoles/members
          beta directoryRoles/1/members?$select=id,userPrincipalName,displayName
          DirectoryRoles/1/Members/2/2.json
          All Config Roles; Directory.Read.All; Directory.Read.All
        directoryRoles/scopedMembers
          v1.0 directoryRoles/1/scopedMembers
          DirectoryRoles/1/ScopedMembers/2/2.json
          All Config Roles; Directory.Read.All; Directory.Read.All
        userFlows
          beta identity/userFlows
          Identity/UserFlows/1/1.json
          B2C; IdentityUserFlow.Read.All; IdentityUserFlow.Read.All
        b2cUserFlows
          beta identity/b2cUserFlows
          Identity/B2CUserFlows/1/1.json
          B2C; IdentityUserFlow.Read.All; IdentityUserFlow.Read.All
        b2cUserFlows/identityProviders
          beta identity/b2cUserFlows/1/identityProviders
          Identity/B2CUserFlows/1/IdentityProviders/2/2.json
          B2C; IdentityUserFlow.Read.All; IdentityUserFlow.Read.All
        b2cUserFlows/userAttributeAssignments
          beta identity/b2cUserFlows/1/userAttributeAssignments?$expand=userAttribute
          Identity/B2CUserFlows/1/UserAttributeAssignments/2/2.json
          B2C; IdentityUserFlow.Read.All; IdentityUserFlow.Read.All
        b2cUserFlows/apiConnectorConfiguration
          beta identity/b2cUserFlows/1/apiConnectorConfiguration?$expand=postFederationSignup,postAttributeCollection
          Identity/B2CUserFlows/1/ApiConnectorConfiguration/ApiConnectorConfiguration/ApiConnectorConfiguration.json
          B2C; IdentityUserFlow.Read.All; IdentityUserFlow.Read.All
        b2cUserFlows/languages
          beta identity/b2cUserFlows/1/languages
          Identity/B2CUserFlows/1/Languages/2/2.json
          B2C; IdentityUserFlow.Read.All; IdentityUserFlow.Read.All
        userFlowAttributes
          beta identity/userFlowAttributes
          Identity/UserFlowAttributes/1/1.json
          Config B2B B2C; IdentityUserFlow.Read.All; IdentityUserFlow.Read.All
        b2xUserFlows
          beta identity/b2xUserFlows
          Identity/B2XUserFlows/1/1.json
          All Config B2B; IdentityUserFlow.Read.All; IdentityUserFlow.Read.All
        b2xUserFlows/identityProviders
          beta identity/b2xUserFlows/1/identityProviders
          Identity/B2XUserFlows/1/IdentityProviders/2/2.json
          All Config B2B; IdentityUserFlow.Read.All; IdentityUserFlow.Read.All
        b2xUserFlows/userAttributeAssignments
          beta identity/b2xUserFlows/1/userAttributeAssignments?$expand=userAttribute
          Identity/B2XUserFlows/1/AttributeAssignments/2/2.json
          All Config B2B; IdentityUserFlow.Read.All; IdentityUserFlow.Read.All
        b2xUserFlows/apiConnectorConfiguration
          beta identity/b2xUserFlows/1/apiConnectorConfiguration?$expand=postFederationSignup,postAttributeCollection
          Identity/B2XUserFlows/1/APIConnectors/APIConnectors/APIConnectors.json
          All Config B2B; IdentityUserFlow.Read.All; IdentityUserFlow.Read.All
        b2xUserFlows/languages
          beta identity/b2xUserFlows/1/languages
          Identity/B2XUserFlows/1/Languages/2/2.json
          All Config B2B; IdentityUserFlow.Read.All; IdentityUserFlow.Read.All
        identitySecurityDefaultsEnforcementPolicy
          v1.0 policies/identitySecurityDefaultsEnforcementPolicy
          Policies/IdentitySecurityDefaultsEnforcementPolicy/1/1.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        authorizationPolicy
          v1.0 policies/authorizationPolicy
          Policies/AuthorizationPolicy/1/1.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        featureRolloutPolicies
          v1.0 policies/featureRolloutPolicies
          Policies/FeatureRolloutPolicies/1/1.json
          All Config Policies; -; Directory.ReadWrite.All
        activityBasedTimeoutPolicies
          v1.0 policies/activityBasedTimeoutPolicies
          Policies/ActivityBasedTimeoutPolicy/1/1.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        homeRealmDiscoveryPolicies
          v1.0 policies/homeRealmDiscoveryPolicies
          Policies/HomeRealmDiscoveryPolicy/1/1.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        claimsMappingPolicies
          v1.0 policies/claimsMappingPolicies
          Policies/ClaimsMappingPolicy/1/1.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        tokenIssuancePolicies
          v1.0 policies/tokenIssuancePolicies
          Policies/TokenIssuancePolicy/1/1.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        tokenLifetimePolicies
          v1.0 policies/tokenLifetimePolicies
          Policies/TokenLifetimePolicy/1/1.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        defaultAppManagementPolicy
          beta policies/defaultAppManagementPolicy
          Policies/DefaultAppManagementPolicy/1/1.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        appManagementPolicies
          beta policies/appManagementPolicies
          Policies/AppManagementPolicies/1/1.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        authenticationMethodConfigurations
          v1.0 policies/authenticationMethodsPolicy/authenticationMethodConfigurations
          Policies/AuthenticationMethodsPolicy/AuthenticationMethodConfigurations/Email.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        authenticationMethodConfigurations
          v1.0 policies/authenticationMethodsPolicy/authenticationMethodConfigurations
          Policies/AuthenticationMethodsPolicy/AuthenticationMethodConfigurations/FIDO2.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        authenticationMethodConfigurations
          v1.0 policies/authenticationMethodsPolicy/authenticationMethodConfigurations
          Policies/AuthenticationMethodsPolicy/AuthenticationMethodConfigurations/MicrosoftAuthenticator.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        authenticationMethodConfigurations
          v1.0 policies/authenticationMethodsPolicy/authenticationMethodConfigurations
          Policies/AuthenticationMethodsPolicy/AuthenticationMethodConfigurations/SMS.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        authenticationMethodConfigurations
          v1.0 policies/authenticationMethodsPolicy/authenticationMethodConfigurations
          Policies/AuthenticationMethodsPolicy/AuthenticationMethodConfigurations/TemporaryAccessPass.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        authenticationMethodConfigurations
          v1.0 policies/authenticationMethodsPolicy/authenticationMethodConfigurations
          Policies/AuthenticationMethodsPolicy/AuthenticationMethodConfigurations/SoftwareOath.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        authenticationMethodConfigurations
          v1.0 policies/authenticationMethodsPolicy/authenticationMethodConfigurations
          Policies/AuthenticationMethodsPolicy/AuthenticationMethodConfigurations/Voice.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        authenticationMethodConfigurations
          v1.0 policies/authenticationMethodsPolicy/authenticationMethodConfigurations
          Policies/AuthenticationMethodsPolicy/AuthenticationMethodConfigurations/X509Certificate.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        adminConsentRequestPolicy
          v1.0 policies/adminConsentRequestPolicy
          Policies/AdminConsentRequestPolicy/AdminConsentRequestPolicy/AdminConsentRequestPolicy.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        permissionGrantPolicies
          v1.0 policies/permissionGrantPolicies
          Policies/PermissionGrantPolicies/1/1.json
          All Config Policies; Policy.Read.PermissionGrant; Policy.Read.PermissionGrant
        externalIdentitiesPolicy
          beta policies/externalIdentitiesPolicy
          Policies/ExternalIdentitiesPolicy/1/1.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        crossTenantAccessPolicy
          beta policies/crossTenantAccessPolicy
          Policies/CrossTenantAccessPolicy/1/1.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        crossTenantAccessPolicyDefault
          beta policies/crossTenantAccessPolicy/default
          Policies/CrossTenantAccessPolicy/Default/Default/Default.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        crossTenantAccessPolicyPartners
          beta policies/crossTenantAccessPolicy/partners
          Policies/CrossTenantAccessPolicy/Partners/1/1.json
          All Config Policies; Policy.Read.All; Policy.Read.All
        customAuthenticationExtensions
          beta identity/customAuthenticationExtensions
          Identity/CustomAuthenticationExtensions/1/1.json
          All Config; Application.Read.All; Application.Read.All
        conditionalAccessPolicies
          beta identity/conditionalAccess/policies
          Identity/Conditional/AccessPolicies/1/1.json
          All Config ConditionalAccess PIM PIMDirectoryRoles PIMResources PIMGroups; Policy.Read.All; Policy.Read.All
        namedLocations
          v1.0 identity/conditionalAccess/namedLocations
          Identity/Conditional/NamedLocations/1/1.json
          All Config ConditionalAccess; Policy.Read.All; Policy.Read.All
        authenticationContexts
          beta identity/conditionalAccess/authenticationContextClassReferences
          Identity/Conditional/AuthenticationContexts/1/1.json
          All Config ConditionalAccess PIM PIMDirectoryRoles PIMResources PIMGroups; Policy.Read.All; Policy.Read.All
        accessPackages
          beta identityGovernance/entitlementManagement/accessPackages
          IdentityGovernance/EntitlementManagement/AccessPackages/1/1.json
          All Governance EntitlementManagement; EntitlementManagement.Read.All; EntitlementManagement.Read.All
        accessPackages/assignmentPolicies
          beta identityGovernance/entitlementManagement/accessPackageAssignmentPolicies?$filter=accessPackage/id eq '1'
          IdentityGovernance/EntitlementManagement/AccessPackages/1/AssignmentPolicies/2/2.json
          All Governance EntitlementManagement; EntitlementManagement.Read.All; EntitlementManagement.Read.All
        accessPackages/assignments
          beta identityGovernance/entitlementManagement/accessPackageAssignments?$filter=accessPackage/id eq '1'
          IdentityGovernance/EntitlementManagement/AccessPackages/1/Assignments/2/2.json
          All Governance EntitlementManagement; EntitlementManagement.Read.All; EntitlementManagement.Read.All
        accessPackages/resourceScopes
          beta identityGovernance/entitlementManagement/accessPackages/1?$expand=accessPackageResourceRoleScopes($expand=accessPackageResourceRole,accessPackageResourceScope)
          IdentityGovernance/EntitlementManagement/AccessPackages/1/ResourceScopes/1/1.json
          All Governance EntitlementManagement; EntitlementManagement.Read.All; EntitlementManagement.Read.All
        accessReviews
          beta identityGovernance/accessReviews/definitions
          IdentityGovernance/AccessReviews/1/1.json
          All AccessReviews Governance; AccessReview.Read.All; AccessReview.Read.All
        accessReviews/instances
          v1.0 identityGovernance/accessReviews/definitions/1/instances
          IdentityGovernance/AccessReviews/1/2/2.json
          All AccessReviews Governance; AccessReview.Read.All; AccessReview.Read.All
        accessReviews/instances/contactedReviewers
          beta identityGovernance/accessReviews/definitions/1/instances/2/contactedReviewers
          IdentityGovernance/AccessReviews/1/2/Reviewers/3/3.json
          All AccessReviews Governance; AccessReview.Read.All; AccessReview.Read.All
        agreements
          v1.0 identityGovernance/termsOfUse/agreements
          IdentityGovernance/TermsOfUse/Agreements/1/1.json
          All Config Governance; -; Agreement.Read.All
        connectedOrganizations
          beta identityGovernance/entitlementManagement/connectedOrganizations
          IdentityGovernance/EntitlementManagement/ConnectedOrganizations/1/1.json
          All Config; EntitlementManagement.Read.All; EntitlementManagement.Read.All
        connectedOrganizations/externalSponsors
          beta identityGovernance/entitlementManagement/connectedOrganizations/1/externalSponsors?$select=id,userPrincipalName,displayName
          IdentityGovernance/EntitlementManagement/ConnectedOrganizations/1/ExternalSponsors/2/2.json
          All Config Governance; EntitlementManagement.Read.All; EntitlementManagement.Read.All
        connectedOrganizations/internalSponsors
          beta identityGovernance/entitlementManagement/connectedOrganizations/1/internalSponsors?$select=id,userPrincipalName,displayName
          IdentityGovernance/EntitlementManagement/ConnectedOrganizations/1/InternalSponsors/2/2.json
          All Config Governance; EntitlementManagement.Read.All; EntitlementManagement.Read.All
        entitlementManagementSettings
          beta identityGovernance/entitlementManagement/settings
          IdentityGovernance/EntitlementManagement/Settings/1/1.json
          All Config Governance; EntitlementManagement.Read.All; EntitlementManagement.Read.All
        administrativeUnits
          beta administrativeUnits
          AdministrativeUnits/1/1.json
          All Config AdministrativeUnits; AdministrativeUnit.Read.All; AdministrativeUnit.Read.All
        administrativeUnits/members
          beta administrativeUnits/1/members?$select=id&$top=999
          AdministrativeUnits/1/Members/2/2.json
          All Config AdministrativeUnits; AdministrativeUnit.Read.All; AdministrativeUnit.Read.All
        administrativeUnits/scopedRoleMembers
          beta administrativeUnits/1/scopedRoleMembers
          AdministrativeUnits/1/ScopedRoleMembers/2/2.json
          All Config AdministrativeUnits; RoleManagement.Read.Directory; RoleManagement.Read.Directory
        administrativeUnits/extensions
          beta administrativeUnits/1/extensions
          AdministrativeUnits/1/Extensions/2/2.json
          All Config AdministrativeUnits; AdministrativeUnit.Read.All; AdministrativeUnit.Read.All
        pimDirectoryRoles
          v1.0 roleManagement/directory/roleEligibilitySchedules
          PIM/DirectoryRoles/1.json
          All PIM PIMDirectoryRoles; RoleEligibilitySchedule.Read.Directory; RoleEligibilitySchedule.Read.Directory
        pimDirectoryRolePolicies
          v1.0 policies/roleManagementPolicyAssignments?$expand=policy($expand=rules)&$filter=scopeId eq '/' and scopeType eq 'DirectoryRole'
          PIM/DirectoryRoles/Policies/1/1.json
          All PIM PIMDirectoryRoles; RoleManagementPolicy.Read.Directory; RoleManagementPolicy.Read.Directory
        pimGroups
          v1.0 identityGovernance/privilegedAccess/group/eligibilitySchedules?$filter=groupId eq '1'
          PIM/Groups/1.json
          All PIM PIMGroups; PrivilegedEligibilitySchedule.Read.AzureADGroup; PrivilegedEligibilitySchedule.Read.AzureADGroup
        pimGroupPolicies
          v1.0 policies/roleManagementPolicyAssignments?$expand=policy($expand=rules)&$filter=scopeId eq '1' and scopeType eq 'Group'
          PIM/Groups/Policies/1/1.json
          All PIM PIMGroups; RoleManagementPolicy.Read.AzureADGroup; RoleManagementPolicy.Read.AzureADGroup
        provisioning
          beta onPremisesPublishingProfiles/provisioning?$expand=publishedResources,agents,agentGroups
          OnPremisesPublishingProfiles/Provisioning.json
          All Config AppProxy; -; OnPremisesPublishingProfiles.ReadWrite.All
        publishedResources
          beta onPremisesPublishingProfiles/provisioning/publishedResources?$expand=agentGroups
          OnPremisesPublishingProfiles/Provisioning/PublishedResources/1/1.json
          All Config AppProxy; -; OnPremisesPublishingProfiles.ReadWrite.All
        agentGroups
          beta onPremisesPublishingProfiles/provisioning/agentGroups?$expand=agents,publishedResources
          OnPremisesPublishingProfiles/Provisioning/AgentGroups/1/1.json
          All Config AppProxy; -; OnPremisesPublishingProfiles.ReadWrite.All
        agents
          beta onPremisesPublishingProfiles/provisioning/agents?$expand=agentGroups
          OnPremisesPublishingProfiles/Provisioning/Agents/1/1.json
          All Config AppProxy; -; OnPremisesPublishingProfiles.ReadWrite.All
        connectors
          beta onPremisesPublishingProfiles/applicationProxy/connectors
          OnPremisesPublishingProfiles/ApplicationProxy/Connectors/1/1.json
          All Config AppProxy; -; Directory.ReadWrite.All
        connectorGroups
          beta onPremisesPublishingProfiles/applicationProxy/connectorGroups
          OnPremisesPublishingProfiles/ApplicationProxy/ConnectorGroups/1/1.json
          All Config AppProxy; -; Directory.ReadWrite.All
        connectorGroups/applications
          beta onPremisesPublishingProfiles/applicationProxy/connectorGroups/1/applications
          OnPremisesPublishingProfiles/ApplicationProxy/ConnectorGroups/1/Applications/2/2.json
          All Config AppProxy; -; Directory.ReadWrite.All
        connectorGroups/members
          beta onPremisesPublishingProfiles/applicationProxy/connectorGroups/1/members
          OnPremisesPublishingProfiles/ApplicationProxy/ConnectorGroups/1/Members/2/2.json
          All Config AppProxy; -; Directory.ReadWrite.All
        groups
          beta groups?…
          Groups/1/1.json
          All Config Groups; Directory.Read.All; Directory.Read.All
        groups/owners
          beta groups/1/owners?$select=id,userPrincipalName,displayName&$top=999
          Groups/1/Owners/2/2.json
          All Config Groups; Directory.Read.All; Directory.Read.All
        groups/members
          beta groups/1/members?$select=id,userPrincipalName,displayName&$top=999
          Groups/1/Members/2/2.json
          All Groups; Directory.Read.All; Directory.Read.All
        groupSettings
          v1.0 groupSettings
          GroupSettings/1/1.json
          All Config Groups; Directory.Read.All; Directory.Read.All
        applications
          v1.0 applications?$top=999
          Applications/1/1.json
          All Applications; Directory.Read.All; Directory.Read.All
        applications/extensionProperties
          v1.0 applications/1/extensionProperties
          Applications/1/ExtensionProperties/2/2.json
          All Applications; Directory.Read.All; Directory.Read.All
        applications/owners
          v1.0 applications/1/owners?$select=id,userPrincipalName,displayName&$top=999
          Applications/1/Owners/2/2.json
          All Applications; Directory.Read.All; Directory.Read.All
        applications/tokenIssuancePolicies
          v1.0 applications/1/tokenIssuancePolicies
          Applications/1/TokenIssuancePolicies/2/2.json
          All Applications; Policy.Read.All; Policy.Read.All
        applications/tokenLifetimePolicies
          v1.0 applications/1/tokenLifetimePolicies
          Applications/1/TokenLifetimePolicies/2/2.json
          All Applications; Policy.Read.All; Policy.Read.All
        applications/appManagementPolicies
          v1.0 applications/1/appManagementPolicies
          Applications/1/AppManagementPolicies/2/2.json
          All Applications; Policy.Read.All; Policy.Read.All
        servicePrincipals
          v1.0 servicePrincipals?$top=999
          ServicePrincipals/1/1.json
          All ServicePrincipals; Directory.Read.All; Directory.Read.All
        servicePrincipals/appRoleAssignments
          v1.0 servicePrincipals/1/appRoleAssignments?$top=999
          ServicePrincipals/1/AppRoleAssignments/2/2.json
          All ServicePrincipals; Directory.Read.All; Directory.Read.All
        servicePrincipals/appRoleAssignedTo
          v1.0 servicePrincipals/1/appRoleAssignedTo?$top=999
          ServicePrincipals/1/AppRoleAssignedTo/2/2.json
          All ServicePrincipals; Directory.Read.All; Directory.Read.All
        servicePrincipals/oauth2PermissionGrants
          v1.0 servicePrincipals/1/oauth2PermissionGrants
          ServicePrincipals/1/Oauth2PermissionGrants/2/2.json
          All ServicePrincipals; Directory.Read.All; Directory.Read.All
        servicePrincipals/delegatedPermissionClassifications
          v1.0 servicePrincipals/1/delegatedPermissionClassifications
          ServicePrincipals/1/DelegatedPermissionClassifications/2/2.json
          All ServicePrincipals; Directory.Read.All; Directory.Read.All
        servicePrincipals/owners
          v1.0 servicePrincipals/1/owners?$select=id,userPrincipalName,displayName&$top=999
          ServicePrincipals/1/Owners/2/2.json
          All ServicePrincipals; Directory.Read.All; Directory.Read.All
        servicePrincipals/claimsMappingPolicies
          v1.0 servicePrincipals/1/claimsMappingPolicies
          ServicePrincipals/1/ClaimsMappingPolicies/2/2.json
          All ServicePrincipals; Policy.Read.All; Policy.Read.All
        servicePrincipals/homeRealmDiscoveryPolicies
          v1.0 servicePrincipals/1/homeRealmDiscoveryPolicies
          ServicePrincipals/1/HomeRealmDiscoveryPolicies/2/2.json
          All ServicePrincipals; Policy.Read.All; Policy.Read.All
        servicePrincipals/tokenIssuancePolicies
          v1.0 servicePrincipals/1/tokenIssuancePolicies
          ServicePrincipals/1/TokenIssuancePolicies/2/2.json
          All ServicePrincipals; Policy.Read.All; Policy.Read.All
        servicePrincipals/tokenLifetimePolicies
          v1.0 servicePrincipals/1/tokenLifetimePolicies
          ServicePrincipals/1/TokenLifetimePolicies/2/2.json
          All ServicePrincipals; Policy.Read.All; Policy.Read.All
        servicePrincipals/appManagementPolicies
          v1.0 servicePrincipals/1/appManagementPolicies
          ServicePrincipals/1/AppManagementPolicies/2/2.json
          All ServicePrincipals; Policy.Read.All; Policy.Read.All
        users
          beta users?…
          Users/1/1.json
          All Users; Directory.Read.All; Directory.Read.All
        devices
          beta devices
          Devices/1/1.json
          All Devices; Directory.Read.All; Directory.Read.All
        teamsSettings
          beta teamwork
          Admin/Teams/settings.json
          All Config Teams; Teamwork.Read.All; Teamwork.Read.All
        sharepointSettings
          beta admin/sharepoint/settings
          Admin/Sharepoint/settings.json
          All Config Sharepoint; SharePointTenantSettings.Read.All; SharePointTenantSettings.Read.All
        roleDefinitions
          beta roleManagement/directory/roleDefinitions
          RoleManagement/Directory/RoleDefinitions/1/1.json
          All Config RoleManagement DirectoryRoles; RoleManagement.Read.All; RoleManagement.Read.All
        roleAssignments
          beta roleManagement/directory/roleAssignments
          RoleManagement/Directory/RoleAssignments/1/1.json
          All Config RoleManagement DirectoryRoles; RoleManagement.Read.All; RoleManagement.Read.All
        exchangeRoleDefinitions
          beta roleManagement/exchange/roleDefinitions
          RoleManagement/Exchange/RoleDefinitions/1/1.json
          All Config RoleManagement ExchangeRoles; RoleManagement.Read.All; RoleManagement.Read.All
        exchangeRoleAssignments
          beta roleManagement/exchange/roleAssignments
          RoleManagement/Exchange/RoleAssignments/1/1.json
          All Config RoleManagement ExchangeRoles; RoleManagement.Read.All; RoleManagement.Read.All
        intuneRoleDefinitions
          beta roleManagement/deviceManagement/roleDefinitions
          RoleManagement/DeviceManagement/RoleDefinitions/1/1.json
          All Config RoleManagement IntuneRoles; RoleManagement.Read.All; RoleManagement.Read.All
        intuneRoleAssignments
          beta roleManagement/deviceManagement/roleAssignments
          RoleManagement/DeviceManagement/RoleAssignments/1/1.json
          All Config RoleManagement IntuneRoles; RoleManagement.Read.All; RoleManagement.Read.All
        cloudPCRoleDefinitions
          beta roleManagement/cloudPC/roleDefinitions
          RoleManagement/CloudPC/RoleDefinitions/1/1.json
          All Config RoleManagement CloudPCRoles; RoleManagement.Read.All; RoleManagement.Read.All
        cloudPCRoleAssignments
          beta roleManagement/cloudPC/roleAssignments
          RoleManagement/CloudPC/RoleAssignments/1/1.json
          All Config RoleManagement CloudPCRoles; DeviceManagementRBAC.Read.All; DeviceManagementRBAC.Read.All
        entitlementManagementRoleDefinitions
          beta roleManagement/entitlementManagement/roleDefinitions
          RoleManagement/EntitlementManagement/RoleDefinitions/1/1.json
          All Config RoleManagement EntitlementManagementRoles; RoleManagement.Read.All; RoleManagement.Read.All
        entitlementManagementRoleAssignments
          beta roleManagement/entitlementManagement/roleAssignments
          RoleManagement/EntitlementManagement/RoleAssignments/1/1.json
          All Config RoleManagement EntitlementManagementRoles; RoleManagement.Read.All; RoleManagement.Read.All
        roleAssignmentScheduleInstances
          beta roleManagement/directory/roleAssignmentScheduleInstances?$filter=assignmentType eq 'Assigned'
          RoleManagement/Directory/RoleAssignmentScheduleInstances/1/1.json
          All Config RoleManagement EntitlementManagementRoles; RoleManagement.Read.All; RoleManagement.Read.All
        usersRegisteredByFeature
          beta reports/authenticationMethods/microsoft.graph.usersRegisteredByFeature()
          Reports/AuthenticationMethods/UsersRegisteredByFeature/report.json
          All Reports UsersRegisteredByFeatureReport; -; AuditLog.Read.All
        """
}

extension GraphRequest {
    /// Version, path and query in one line, without `$count`.
    package var line: String {
        let terms = query.filter { $0.name != "$count" }.map { "\($0.name)=\($0.value)" }
        return "\(version.rawValue) \(path)\(terms.isEmpty ? "" : "?")"
            + terms.joined(separator: "&")
    }
}
