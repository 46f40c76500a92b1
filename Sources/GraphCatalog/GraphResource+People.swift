extension GraphResource {
    /// Graph answers only eleven properties unless asked, and with the plans of all licences five
    /// times as much as a backup keeps. What is not selected is declared with the reason.
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
            "businessPhones", "city", "cloudRealtimeCommunicationInfo", "companyName",
            "consentProvidedForMinor", "country", "createdDateTime", "creationType", "department",
            "deviceKeys", "displayName", "employeeHireDate", "employeeId", "employeeOrgData",
            "employeeType", "externalUserConvertedOn", "externalUserState", "faxNumber",
            "givenName", "identities", "identityParentId", "imAddresses", "infoCatalogs",
            "isLicenseReconciliationNeeded", "isManagementRestricted", "isResourceAccount",
            "jobTitle", "legalAgeGroupClassification", "licenseAssignmentStates", "mail",
            "mailNickname", "mobilePhone", "officeLocation", "onPremisesDistinguishedName",
            "onPremisesDomainName", "onPremisesExtensionAttributes", "onPremisesImmutableId",
            "onPremisesObjectIdentifier", "onPremisesProvisioningErrors",
            "onPremisesSamAccountName", "onPremisesSecurityIdentifier", "onPremisesSipInfo",
            "onPremisesSyncEnabled", "onPremisesUserPrincipalName", "otherMails",
            "passwordPolicies", "passwordProfile", "postalCode",
            "preferredDataLocation", "preferredLanguage", "proxyAddresses", "securityIdentifier",
            "showInAddressList", "state", "streetAddress", "surname", "usageLocation",
            "userPrincipalName", "userType",
        ],
        expand: "extensions",
        top: 999,
        narrowings: [.notSynchronized],
        volatile: [
            "assignedPlans", "externalUserStateChangeDateTime", "lastPasswordChangeDateTime",
            "licenseAssignmentStates.lastUpdatedDateTime", "mailboxSettings",
            "onPremisesLastSyncDateTime", "presence", "provisionedPlans",
            "refreshTokensValidFromDateTime", "signInActivity", "signInSessionsValidFromDateTime",
        ],
        leftOut: [
            .onlyOfDeleted,
            LeftOutMembers(
                ["serviceProvisioningErrors"],
                because: "It is what a service reports of its own work"),
            .oneByOne(
                "user",
                [
                    "aboutMe", "birthday", "deviceEnrollmentLimit", "hireDate", "interests",
                    "mySite", "pastProjects", "preferredName", "responsibilities", "schools",
                    "skills",
                ]),
        ],
        permitted: [
            PermittedMember(
                "customSecurityAttributes", needs: "CustomSecAttributeAssignment.Read.All"),
            PermittedMember("employeeLeaveDateTime", needs: "User-LifeCycleInfo.Read.All"),
        ],
        memberLists: MemberList.extensions(of: "User"),
        separate: [
            SeparateMember("manager", .reference), SeparateMember("sponsors", .references),
        ],
        sets: [
            "assignedLicenses", "assignedLicenses.disabledPlans",
            "authorizationInfo.certificateUserIds", "deviceKeys", "extensions", "identities",
            "imAddresses", "infoCatalogs", "licenseAssignmentStates",
            "licenseAssignmentStates.disabledPlans",
            "onPremisesProvisioningErrors", "otherMails", "proxyAddresses", "sponsors",
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
            "id", "assignedLabels", "assignedLicenses", "classification", "createdByAppId",
            "createdDateTime", "description", "displayName", "groupTypes", "infoCatalogs",
            "isAssignableToRole", "isManagementRestricted", "mail", "mailEnabled", "mailNickname",
            "membershipRule", "membershipRuleProcessingState", "onPremisesDomainName",
            "onPremisesNetBiosName", "onPremisesObjectIdentifier", "onPremisesProvisioningErrors",
            "onPremisesSamAccountName",
            "onPremisesSecurityIdentifier", "onPremisesSyncEnabled", "organizationId",
            "preferredDataLocation", "preferredLanguage", "proxyAddresses",
            "resourceBehaviorOptions", "resourceProvisioningOptions", "securityEnabled",
            "securityIdentifier", "theme", "uniqueName", "visibility", "writebackConfiguration",
        ],
        expand: "extensions",
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
        leftOut: [
            .onlyOfDeleted,
            LeftOutMembers(
                ["creationOptions"],
                because:
                    "Graph does not declare it, so it cannot be selected, and nobody can change it"
            ),
            LeftOutMembers(
                ["cloudLicensing"],
                because: "It repeats the licences, and needs a licence of its own"),
            .oneByOne(
                "group",
                [
                    "accessType", "allowExternalSenders", "autoSubscribeNewMembers",
                    "hideFromAddressLists", "hideFromOutlookClients", "isArchived", "isFavorite",
                    "isSubscribedByMail", "welcomeMessageEnabled",
                ]),
        ],
        memberLists: MemberList.extensions(of: "Group"),
        sets: [
            "assignedLabels", "assignedLicenses", "assignedLicenses.disabledPlans", "extensions",
            "groupTypes", "infoCatalogs", "onPremisesProvisioningErrors", "proxyAddresses",
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
                leftOut: [.otherThanReference],
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
                leftOut: [.otherThanReference],
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
