extension GraphResource {
    package static let organization = GraphResource(
        "organization",
        path: "organization",
        folder: "Organization/Organization.json",
        groups: ["All", "Config", "Organization"],
        permissions: .directory,
        volatile: [
            "assignedPlans", "directorySizeQuota.used", "onPremisesLastPasswordSyncDateTime",
            "onPremisesLastSyncDateTime", "provisionedPlans",
        ],
        sets: [
            "marketingNotificationEmails", "securityComplianceNotificationMails",
            "securityComplianceNotificationPhones", "technicalNotificationMails",
            "verifiedDomains",
        ],
        flags: ["verifiedDomains.capabilities"],
        auditActivities: ["Set Company Information", "Update company"]
    )

    package static let domains = GraphResource(
        "domains",
        path: "domains",
        folder: "Domains",
        groups: ["All", "Config", "Domains"],
        permissions: .directory,
        volatile: ["availabilityStatus", "state.lastActionDateTime"],
        sets: ["supportedServices"],
        auditActivities: [
            "Add unverified domain", "Add verified domain", "Remove unverified domain",
            "Remove verified domain", "Set domain authentication",
            "Set federation settings on domain", "Update domain", "Verify domain",
        ]
    )

    package static let subscribedSkus = GraphResource(
        "subscribedSkus",
        path: "subscribedSkus",
        folder: "SubscribedSkus",
        groups: ["All", "Config", "SKUs"],
        permissions: .directory,
        cost: 3,
        volatile: ["consumedUnits", "prepaidUnits"],
        sets: ["servicePlans", "subscriptionIds"]
    )

    package static let administrativeUnits = GraphResource(
        "administrativeUnits",
        version: .beta,
        path: "administrativeUnits",
        folder: "AdministrativeUnits",
        groups: ["All", "Config", "AdministrativeUnits"],
        permissions: Permissions("AdministrativeUnit.Read.All"),
        auditNouns: ["administrative unit"],
        children: [
            GraphResource(
                "administrativeUnits/members",
                version: .beta,
                path: "members",
                folder: "Members",
                groups: ["All", "Config", "AdministrativeUnits"],
                permissions: Permissions("AdministrativeUnit.Read.All"),
                select: ["id"],
                top: 999,
                leftOut: [.otherThanReference],
                evidence: [
                    .joining("member", to: "administrative unit", in: "AdministrativeUnit.ObjectID")
                ]
            ),
            GraphResource(
                "administrativeUnits/scopedRoleMembers",
                version: .beta,
                path: "scopedRoleMembers",
                folder: "ScopedRoleMembers",
                groups: ["All", "Config", "AdministrativeUnits"],
                permissions: Permissions("RoleManagement.Read.Directory")
            ),
            GraphResource(
                "administrativeUnits/extensions",
                version: .beta,
                path: "extensions",
                folder: "Extensions",
                groups: ["All", "Config", "AdministrativeUnits"],
                permissions: Permissions("AdministrativeUnit.Read.All")
            ),
        ]
    )

    package static let devices = GraphResource(
        "devices",
        version: .beta,
        path: "devices",
        folder: "Devices",
        groups: ["All", "Devices"],
        permissions: .directory,
        volatile: [
            "approximateLastSignInDateTime", "complianceExpirationDateTime", "deviceVersion",
            "isCompliant", "onPremisesLastSyncDateTime", "operatingSystemVersion",
        ],
        sets: ["alternativeSecurityIds", "hostnames", "physicalIds", "systemLabels"],
        auditNouns: ["device"]
    )
}
