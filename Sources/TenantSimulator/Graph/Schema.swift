/// The properties Graph's metadata gives to the entities a backup selects from by name.
///
/// Needed for two rules: selecting a name that is not there is an error, and a selected property
/// that was never set comes as `null` or `[]`.
enum Schema {
    /// The properties `/users` returns without `$select` (v1.0).
    static let defaultUser = names(
        """
        businessPhones displayName givenName id jobTitle mail mobilePhone officeLocation
        preferredLanguage surname userPrincipalName
        """)

    /// Kept outside the directory: readable one user at a time only.
    static let singleUserOnly = names(
        """
        aboutMe birthday hireDate interests mySite pastProjects preferredName responsibilities
        schools skills mailboxSettings
        """)

    /// Returned only when selected.
    static let onRequest: Set<String> = [
        "signInActivity", "customSecurityAttributes", "passwordProfile", "employeeLeaveDateTime",
    ]

    /// Properties that need a permission of their own; the whole list is refused without it.
    static let consents = [
        "customSecurityAttributes": "CustomSecAttributeAssignment.Read.All",
        "employeeLeaveDateTime": "User-LifeCycleInfo.Read.All",
    ]

    /// Returns all properties that an entity has in a version, or `nil` where any name is believed.
    static func properties(of entity: String, in version: String) -> Set<String>? {
        table[entity].map { Set($0).union(version == "beta" ? onlyBeta[entity] ?? [] : []) }
    }

    /// Returns what a selected property is that was never set.
    static func unset(_ name: String) -> JSON { collections.contains(name) ? [] : nil }

    private static func names(_ text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    private static let onPremises = names(
        """
        onPremisesDomainName onPremisesLastSyncDateTime onPremisesProvisioningErrors
        onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncEnabled
        """)

    /// What beta has besides.
    private static let onlyBeta: [String: [String]] = [
        "user": names(
            """
            cloudRealtimeCommunicationInfo deviceEnrollmentLimit deviceKeys externalUserConvertedOn
            infoCatalogs isLicenseReconciliationNeeded onPremisesObjectIdentifier onPremisesSipInfo
            """),
        "group": names(
            "cloudLicensing createdByAppId onPremisesObjectIdentifier writebackConfiguration"),
        "application": names("onPremisesPublishing trustedCertificateSubjects windows"),
        "servicePrincipal": names(
            """
            appOwnerOrganizationId errorUrl isAuthorizationServiceEnabled passwordSingleSignOnSettings
            preferredTokenSigningKeyEndDateTime publishedPermissionScopes publisherName samlMetadataUrl
            """),
    ]

    private static let table: [String: [String]] = [
        "user": singleUserOnly + onPremises
            + names(
                """
                id deletedDateTime accountEnabled ageGroup assignedLicenses assignedPlans
                authorizationInfo businessPhones city companyName consentProvidedForMinor country
                createdDateTime creationType customSecurityAttributes department
                displayName employeeHireDate employeeId employeeLeaveDateTime employeeOrgData
                employeeType externalUserState externalUserStateChangeDateTime faxNumber givenName
                identities identityParentId imAddresses isManagementRestricted isResourceAccount
                jobTitle lastPasswordChangeDateTime legalAgeGroupClassification
                licenseAssignmentStates mail mailNickname mobilePhone officeLocation
                onPremisesDistinguishedName onPremisesExtensionAttributes onPremisesImmutableId
                onPremisesUserPrincipalName otherMails passwordPolicies passwordProfile postalCode
                preferredDataLocation preferredLanguage provisionedPlans proxyAddresses
                refreshTokensValidFromDateTime securityIdentifier serviceProvisioningErrors
                showInAddressList signInActivity signInSessionsValidFromDateTime state
                streetAddress surname usageLocation userPrincipalName userType
                """),
        "group": onPremises
            + names(
                """
                id deletedDateTime assignedLabels assignedLicenses classification createdDateTime
                creationOptions description displayName expirationDateTime groupTypes
                hasMembersWithLicenseErrors infoCatalogs isArchived isAssignableToRole
                isManagementRestricted licenseProcessingState mail mailEnabled mailNickname
                membershipRule membershipRuleProcessingState onPremisesNetBiosName organizationId
                preferredDataLocation preferredLanguage proxyAddresses renewedDateTime resourceBehaviorOptions
                resourceProvisioningOptions securityEnabled securityIdentifier
                serviceProvisioningErrors theme uniqueName visibility allowExternalSenders
                autoSubscribeNewMembers hideFromAddressLists hideFromOutlookClients
                isSubscribedByMail unseenCount welcomeMessageEnabled accessType
                """),
        "application": names(
            """
            id deletedDateTime addIns api appId applicationTemplateId appRoles
            authenticationBehaviors certification createdByAppId createdDateTime
            defaultRedirectUri description disabledByMicrosoftStatus displayName
            groupMembershipClaims identifierUris info isDeviceOnlyAuthSupported isDisabled
            isFallbackPublicClient keyCredentials logo managerApplications
            nativeAuthenticationApisEnabled notes oauth2RequirePostResponse optionalClaims
            parentalControlSettings passwordCredentials publicClient publisherDomain
            requestSignatureVerification requiredResourceAccess samlMetadataUrl
            serviceManagementReference servicePrincipalLockConfiguration signInAudience spa tags
            tokenEncryptionKeyId uniqueName verifiedPublisher web
            """),
        "servicePrincipal": names(
            """
            id deletedDateTime accountEnabled addIns alternativeNames appDescription
            appDisplayName appId applicationTemplateId appOwnerOrganizationId
            appRoleAssignmentRequired appRoles createdByAppId createdDateTime
            customSecurityAttributes description disabledByMicrosoftStatus displayName homepage
            info isDisabled keyCredentials loginUrl logoutUrl notes notificationEmailAddresses
            oauth2PermissionScopes passwordCredentials preferredSingleSignOnMode
            preferredTokenSigningKeyThumbprint replyUrls resourceSpecificApplicationPermissions
            samlSingleSignOnSettings servicePrincipalNames servicePrincipalType signInAudience
            tags tokenEncryptionKeyId verifiedPublisher
            """),
    ]

    private static let collections = Set(
        names(
            """
            addIns alternativeNames appRoles assignedLabels assignedLicenses assignedPlans
            businessPhones deviceKeys groupTypes identifierUris identities imAddresses
            infoCatalogs keyCredentials licenseAssignmentStates notificationEmailAddresses
            oauth2PermissionScopes onPremisesProvisioningErrors otherMails passwordCredentials
            provisionedPlans proxyAddresses replyUrls requiredResourceAccess
            resourceBehaviorOptions resourceProvisioningOptions
            resourceSpecificApplicationPermissions servicePrincipalNames
            serviceProvisioningErrors tags creationOptions
            """))
}
