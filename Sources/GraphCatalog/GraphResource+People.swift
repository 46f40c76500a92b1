extension GraphResource {
    /// Graph answers only eleven properties unless asked. Left out are those that need a licence or
    /// another consent (`signInActivity`, `customSecurityAttributes`, `employeeLeaveDateTime`),
    /// those that Graph gives for one user at a time only (501), and those that change by
    /// themselves.
    package static let users = GraphResource(
        "users",
        version: .beta,
        path: "users",
        folder: "Users",
        groups: ["All", "Users"],
        permissions: .directory,
        countsUsers: true,
        cost: 2,
        select: [
            "id", "accountEnabled", "ageGroup", "assignedLicenses", "authorizationInfo",
            "businessPhones", "city", "companyName", "consentProvidedForMinor", "country",
            "createdDateTime", "creationType", "department", "displayName", "employeeHireDate",
            "employeeId", "employeeOrgData", "employeeType", "externalUserState", "faxNumber",
            "givenName", "identities", "imAddresses", "isManagementRestricted",
            "isResourceAccount", "jobTitle", "legalAgeGroupClassification",
            "licenseAssignmentStates", "mail", "mailNickname", "mobilePhone", "officeLocation",
            "onPremisesDistinguishedName", "onPremisesDomainName",
            "onPremisesExtensionAttributes", "onPremisesImmutableId",
            "onPremisesProvisioningErrors", "onPremisesSamAccountName",
            "onPremisesSecurityIdentifier", "onPremisesSyncEnabled",
            "onPremisesUserPrincipalName", "otherMails", "passwordPolicies", "postalCode",
            "preferredDataLocation", "preferredLanguage", "proxyAddresses", "securityIdentifier",
            "showInAddressList", "state", "streetAddress", "surname", "usageLocation",
            "userPrincipalName", "userType",
        ],
        top: 999,
        narrowings: [.notSynchronized],
        volatile: [
            "assignedPlans", "externalUserStateChangeDateTime", "lastPasswordChangeDateTime",
            "licenseAssignmentStates.lastUpdatedDateTime", "mailboxSettings",
            "onPremisesLastSyncDateTime", "presence", "provisionedPlans",
            "refreshTokensValidFromDateTime", "signInActivity", "signInSessionsValidFromDateTime",
        ],
        sets: [
            "assignedLicenses", "assignedLicenses.disabledPlans",
            "authorizationInfo.certificateUserIds", "identities", "imAddresses",
            "licenseAssignmentStates", "licenseAssignmentStates.disabledPlans",
            "onPremisesProvisioningErrors", "otherMails", "proxyAddresses",
        ],
        auditNouns: ["user"]
    )

    /// `Config` reads only the dynamic groups: their rules are configuration, who is in the others
    /// is not.
    ///
    /// Members and owners are asked of beta: v1.0 leaves out service principals, unless it is asked
    /// by an advanced query, whose answer comes from an index that lags behind the directory.
    /// <https://learn.microsoft.com/graph/api/group-list-members>
    package static let groups = GraphResource(
        "groups",
        version: .beta,
        path: "groups",
        folder: "Groups",
        groups: ["All", "Config", "Groups"],
        permissions: .directory,
        select: [
            "id", "assignedLabels", "assignedLicenses", "classification", "createdDateTime",
            "description", "displayName", "groupTypes", "infoCatalogs", "isAssignableToRole",
            "isManagementRestricted", "mail", "mailEnabled", "mailNickname", "membershipRule",
            "membershipRuleProcessingState", "onPremisesDomainName", "onPremisesNetBiosName",
            "onPremisesProvisioningErrors", "onPremisesSamAccountName",
            "onPremisesSecurityIdentifier", "onPremisesSyncEnabled", "organizationId",
            "preferredDataLocation", "preferredLanguage", "proxyAddresses",
            "resourceBehaviorOptions", "resourceProvisioningOptions", "securityEnabled",
            "securityIdentifier", "theme", "uniqueName", "visibility",
        ],
        top: 999,
        isAdvanced: true,
        narrowings: [
            Narrowing(
                groups: ["Config"],
                filter: "groupTypes/any(c:c eq 'DynamicMembership')",
                covers: .array(member: "groupTypes", contains: "DynamicMembership")),
            .notSynchronized,
        ],
        volatile: [
            "expirationDateTime", "hasMembersWithLicenseErrors", "licenseProcessingState",
            "onPremisesLastSyncDateTime", "renewedDateTime", "serviceProvisioningErrors",
            "unseenConversationsCount", "unseenCount", "unseenMessagesCount",
        ],
        sets: [
            "assignedLabels", "assignedLicenses", "assignedLicenses.disabledPlans", "groupTypes",
            "infoCatalogs", "onPremisesProvisioningErrors", "proxyAddresses",
            "resourceBehaviorOptions", "resourceProvisioningOptions",
        ],
        auditNouns: ["group"],
        children: [
            GraphResource(
                "groups/owners",
                version: .beta,
                path: "owners",
                folder: "Owners",
                groups: ["All", "Config", "Groups"],
                permissions: .directory,
                select: referenceMembers,
                top: 999,
                evidence: [.joining("owner", to: "group", in: "Group.ObjectID")]
            ),
            GraphResource(
                "groups/members",
                version: .beta,
                path: "members",
                folder: "Members",
                groups: ["All", "Groups"],
                permissions: .directory,
                cost: 3,
                select: referenceMembers,
                top: 999,
                evidence: [.joining("member", to: "group", in: "Group.ObjectID")]
            ),
        ]
    )

    package static let groupSettings = GraphResource(
        "groupSettings",
        path: "groupSettings",
        folder: "GroupSettings",
        groups: ["All", "Config", "Groups"],
        permissions: .directory,
        sets: ["values"],
        auditNouns: ["group settings"]
    )
}
