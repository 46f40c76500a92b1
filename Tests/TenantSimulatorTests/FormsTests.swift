import Testing

@testable import TenantSimulator

/// The forms that objects of one list can have: the fixtures have each of them.
struct FormsTests {
    /// Path below the origin, and the names of the forms without their namespace.
    private static let forms = """
        beta/identity/conditionalAccess/policies
          conditionalAccessAllExternalTenants conditionalAccessEnumeratedExternalTenants
        v1.0/identity/conditionalAccess/namedLocations
          compliantNetworkNamedLocation countryNamedLocation iPv4CidrRange iPv6CidrRange
          ipNamedLocation
        v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations
          emailAuthenticationMethodConfiguration externalAuthenticationMethodConfiguration
          fido2AuthenticationMethodConfiguration hardwareOathAuthenticationMethodConfiguration
          microsoftAuthenticatorAuthenticationMethodConfiguration
          qrCodePinAuthenticationMethodConfiguration smsAuthenticationMethodConfiguration
          softwareOathAuthenticationMethodConfiguration
          temporaryAccessPassAuthenticationMethodConfiguration
          verifiableCredentialsAuthenticationMethodConfiguration
          voiceAuthenticationMethodConfiguration x509CertificateAuthenticationMethodConfiguration
        beta/identity/customAuthenticationExtensions
          azureAdTokenAuthentication httpRequestEndpoint logicAppTriggerEndpointConfiguration
          onAttributeCollectionStartCustomExtension onAttributeCollectionSubmitCustomExtension
          onOtpSendCustomExtension onPasswordSubmitCustomExtension
          onTokenIssuanceStartCustomExtension onVerifiedIdClaimValidationCustomExtension
        beta/identity/apiConnectors
          basicAuthentication clientCertificateAuthentication pkcs12Certificate
        beta/identity/userFlows
          b2cIdentityUserFlow b2xIdentityUserFlow
        beta/identity/userFlowAttributes
          identityBuiltInUserFlowAttribute identityCustomUserFlowAttribute
        v1.0/identityProviders
          openIdConnectProvider
        beta/identityGovernance/entitlementManagement/connectedOrganizations
          azureActiveDirectoryTenant crossCloudAzureActiveDirectoryTenant domainIdentitySource
          externalDomainFederation socialIdentitySource
        beta/identityGovernance/entitlementManagement/accessPackageAssignmentPolicies
          accessPackageAnswerChoice accessPackageMultipleChoiceQuestion
          accessPackageTextInputQuestion connectedOrganizationMembers externalSponsors groupMembers
          internalSponsors requestorManager singleUser targetManager
        beta/identityGovernance/accessReviews/definitions
          accessReviewInactiveUsersQueryScope accessReviewNotificationRecipientQueryScope
          accessReviewQueryScope disableAndDeleteUserApplyAction
          groupPeerOutlierRecommendationInsightSettings principalResourceMembershipsScope
          removeAccessApplyAction userLastSignInRecommendationInsightSetting
        beta/groups/*/members?$select=id
          device group orgContact servicePrincipal user
        beta/groups/*/owners?$select=id
          servicePrincipal user
        v1.0/applications/*/owners?$select=id
          servicePrincipal user
        v1.0/servicePrincipals/*/owners?$select=id
          servicePrincipal user
        beta/directoryRoles/*/members?$select=id
          group servicePrincipal user
        beta/administrativeUnits/*/members?$select=id
          device group user
        beta/identityGovernance/entitlementManagement/connectedOrganizations/*/internalSponsors
          group user
        """

    private static let rows: [(path: String, forms: Set<String>)] = {
        var rows: [(path: String, forms: Set<String>)] = []
        for line in forms.split(separator: "\n") {
            if line.hasPrefix(" ") {
                rows[rows.count - 1].forms.formUnion(line.split(separator: " ").map(String.init))
            } else {
                rows.append((String(line), []))
            }
        }
        return rows
    }()

    /// The answers to a path; `*` stands for each object of the list before it.
    private func texts(_ path: String, _ client: Client) async throws -> [String] {
        let parts = path.split(separator: "*").map(String.init)
        guard parts.count == 2 else {
            let answer = try await client.get("/\(path)")
            #expect(answer.status == 200, "\(answer.text)")
            return [answer.text]
        }
        let ids = try await client.get("/\(parts[0].dropLast())").ids
        var texts: [String] = []
        for id in ids { texts += try await self.texts("\(parts[0])\(id)\(parts[1])", client) }
        return texts
    }

    @Test(arguments: rows)
    func `a list has objects of every form`(path: String, forms: Set<String>) async throws {
        try await withTenant { client in
            let texts = try await texts(path, client)

            let found = texts.flatMap {
                $0.matches(of: /"@odata\.type": ?"#microsoft\.graph\.(\w+)"/)
                    .map { String($0.output.1) }
            }
            #expect(Set(found) == forms)
        }
    }
}
