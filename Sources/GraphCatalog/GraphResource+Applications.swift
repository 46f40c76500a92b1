extension GraphResource {
    package static let applications = GraphResource(
        "applications",
        path: "applications",
        folder: "Applications",
        groups: ["All", "Applications"],
        permissions: .directory,
        cost: 2,
        top: 999,
        volatile: ["certification.lastCertificationDateTime"],
        sets: [
            "addIns", "api.knownClientApplications", "api.oauth2PermissionScopes",
            "api.preAuthorizedApplications",
            "api.preAuthorizedApplications.delegatedPermissionIds", "appRoles",
            "appRoles.allowedMemberTypes", "identifierUris", "keyCredentials",
            "managerApplications", "optionalClaims.accessToken",
            "optionalClaims.accessToken.additionalProperties", "optionalClaims.idToken",
            "optionalClaims.idToken.additionalProperties", "optionalClaims.saml2Token",
            "optionalClaims.saml2Token.additionalProperties",
            "parentalControlSettings.countriesBlockedForMinors", "passwordCredentials",
            "publicClient.redirectUris", "requiredResourceAccess",
            "requiredResourceAccess.resourceAccess", "spa.redirectUris", "tags",
            "web.redirectUriSettings", "web.redirectUris",
        ],
        flags: ["groupMembershipClaims", "requestSignatureVerification.allowedWeakAlgorithms"],
        auditNouns: ["application"],
        children: [
            GraphResource(
                "applications/extensionProperties",
                path: "extensionProperties",
                folder: "ExtensionProperties",
                groups: ["All", "Applications"],
                permissions: .directory,
                cost: 2,
                sets: ["targetObjects"]
            ),
            GraphResource(
                "applications/owners",
                path: "owners",
                folder: "Owners",
                groups: ["All", "Applications"],
                permissions: .directory,
                select: referenceMembers,
                top: 999,
                leftOut: [.otherThanReference],
                evidence: [.joining("owner", to: "application", in: "Application.ObjectID")]
            ),
            GraphResource(
                "applications/tokenIssuancePolicies",
                path: "tokenIssuancePolicies",
                folder: "TokenIssuancePolicies",
                groups: ["All", "Applications"],
                permissions: .policy,
                evidence: [.applicationPolicy]
            ),
            GraphResource(
                "applications/tokenLifetimePolicies",
                path: "tokenLifetimePolicies",
                folder: "TokenLifetimePolicies",
                groups: ["All", "Applications"],
                permissions: .policy,
                evidence: [.applicationPolicy]
            ),
            GraphResource(
                "applications/appManagementPolicies",
                path: "appManagementPolicies",
                folder: "AppManagementPolicies",
                groups: ["All", "Applications"],
                permissions: .policy,
                evidence: [.applicationPolicy]
            ),
        ]
    )

    package static let servicePrincipals = GraphResource(
        "servicePrincipals",
        path: "servicePrincipals",
        folder: "ServicePrincipals",
        groups: ["All", "ServicePrincipals"],
        permissions: .directory,
        top: 999,
        volatile: ["certification.lastCertificationDateTime"],
        separate: [
            SeparateMember(
                "customSecurityAttributes", .value, needs: "CustomSecAttributeAssignment.Read.All")
        ],
        reductions: [.vendorOwned, .managedIdentity],
        sets: [
            "addIns", "alternativeNames", "appRoles", "appRoles.allowedMemberTypes",
            "keyCredentials", "notificationEmailAddresses", "oauth2PermissionScopes",
            "passwordCredentials", "replyUrls", "resourceSpecificApplicationPermissions",
            "servicePrincipalNames", "tags",
        ],
        auditNouns: ["service principal"],
        actorID: "appId",
        children: [
            GraphResource(
                "servicePrincipals/appRoleAssignments",
                path: "appRoleAssignments",
                folder: "AppRoleAssignments",
                groups: ["All", "ServicePrincipals"],
                permissions: .directory,
                cost: 2,
                top: 999,
                evidence: [.applicationRole]
            ),
            GraphResource(
                "servicePrincipals/appRoleAssignedTo",
                path: "appRoleAssignedTo",
                folder: "AppRoleAssignedTo",
                groups: ["All", "ServicePrincipals"],
                permissions: .directory,
                top: 999,
                evidence: [.applicationRole]
            ),
            GraphResource(
                "servicePrincipals/oauth2PermissionGrants",
                path: "oauth2PermissionGrants",
                folder: "Oauth2PermissionGrants",
                groups: ["All", "ServicePrincipals"],
                permissions: .directory,
                evidence: [.delegatedGrant]
            ),
            GraphResource(
                "servicePrincipals/delegatedPermissionClassifications",
                path: "delegatedPermissionClassifications",
                folder: "DelegatedPermissionClassifications",
                groups: ["All", "ServicePrincipals"],
                permissions: .directory
            ),
            GraphResource(
                "servicePrincipals/owners",
                path: "owners",
                folder: "Owners",
                groups: ["All", "ServicePrincipals"],
                permissions: .directory,
                select: referenceMembers,
                top: 999,
                leftOut: [.otherThanReference],
                evidence: [
                    .joining("owner", to: "service principal", in: "ServicePrincipal.ObjectID")
                ]
            ),
            GraphResource(
                "servicePrincipals/claimsMappingPolicies",
                path: "claimsMappingPolicies",
                folder: "ClaimsMappingPolicies",
                groups: ["All", "ServicePrincipals"],
                permissions: .policy,
                evidence: [.servicePrincipalPolicy]
            ),
            GraphResource(
                "servicePrincipals/homeRealmDiscoveryPolicies",
                path: "homeRealmDiscoveryPolicies",
                folder: "HomeRealmDiscoveryPolicies",
                groups: ["All", "ServicePrincipals"],
                permissions: .policy,
                evidence: [.servicePrincipalPolicy]
            ),
            GraphResource(
                "servicePrincipals/tokenIssuancePolicies",
                path: "tokenIssuancePolicies",
                folder: "TokenIssuancePolicies",
                groups: ["All", "ServicePrincipals"],
                permissions: .policy,
                evidence: [.servicePrincipalPolicy]
            ),
            GraphResource(
                "servicePrincipals/tokenLifetimePolicies",
                path: "tokenLifetimePolicies",
                folder: "TokenLifetimePolicies",
                groups: ["All", "ServicePrincipals"],
                permissions: .policy,
                evidence: [.servicePrincipalPolicy]
            ),
            GraphResource(
                "servicePrincipals/appManagementPolicies",
                path: "appManagementPolicies",
                folder: "AppManagementPolicies",
                groups: ["All", "ServicePrincipals"],
                permissions: .policy,
                evidence: [.servicePrincipalPolicy]
            ),
        ]
    )
}
