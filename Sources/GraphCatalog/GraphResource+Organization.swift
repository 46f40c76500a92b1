extension GraphResource {
    /// The looks of the sign-in page, one object a language. A tenant without branding has no such
    /// list: 404.
    package static let brandingLocalizations = GraphResource(
        "brandingLocalizations",
        path: "organization/{tenant}/branding/localizations",
        folder: "Organization/Branding/Localizations.json",
        groups: ["All", "Config", "Organization"],
        permissions: Permissions(
            application: ["OrganizationalBranding.Read.All"], delegated: ["User.Read.All"]),
        empty: ["ResourceNotFound", "Request_ResourceNotFound"],
        sets: ["cdnList"],
        auditActivities: ["Set Company Information"]
    )

    package static let certificateBasedAuthConfiguration = GraphResource(
        "certificateBasedAuthConfiguration",
        path: "organization/{tenant}/certificateBasedAuthConfiguration",
        folder: "Organization/CertificateBasedAuthConfiguration.json",
        groups: ["All", "Config", "Organization"],
        permissions: Permissions("Organization.Read.All"),
        sets: ["certificateAuthorities"],
        auditActivities: [
            "Add CertificationBasedAuthConfiguration", "Delete CertificationBasedAuthConfiguration",
        ]
    )

    package static let onPremisesSynchronization = GraphResource(
        "onPremisesSynchronization",
        path: "directory/onPremisesSynchronization/{tenant}",
        answer: .object,
        folder: "Directory/OnPremisesSynchronization.json",
        groups: ["All", "Config", "Directory"],
        permissions: Permissions(delegated: "OnPremDirectorySynchronization.Read.All"),
        appOnly: noApplicationPermission,
        auditActivities: [
            "Set DirSync feature", "Set DirSyncEnabled flag", "Set accidental deletion threshold",
        ]
    )

    package static let teamsSettings = GraphResource(
        "teamsSettings",
        version: .beta,
        path: "teamwork",
        answer: .object,
        folder: "Admin/Teams/settings.json",
        groups: ["All", "Config", "Teams"],
        permissions: Permissions("Teamwork.Read.All")
    )

    package static let sharepointSettings = GraphResource(
        "sharepointSettings",
        version: .beta,
        path: "admin/sharepoint/settings",
        answer: .object,
        folder: "Admin/Sharepoint/settings.json",
        groups: ["All", "Config", "Sharepoint"],
        permissions: Permissions("SharePointTenantSettings.Read.All"),
        sets: [
            "allowedDomainGuidsForSyncApp", "availableManagedPathsForSiteCreation",
            "excludedFileExtensionsForSyncApp", "sharingAllowedDomainList",
            "sharingBlockedDomainList",
        ]
    )

    /// How many users can sign in how: a statistic, in the backup because the exporter has it there.
    package static let usersRegisteredByFeature = GraphResource(
        "usersRegisteredByFeature",
        version: .beta,
        path: "reports/authenticationMethods/microsoft.graph.usersRegisteredByFeature()",
        answer: .object,
        folder: "Reports/AuthenticationMethods/UsersRegisteredByFeature/report.json",
        groups: ["All", "Reports", "UsersRegisteredByFeatureReport"],
        permissions: Permissions(delegated: "AuditLog.Read.All"),
        appOnly: noApplicationPermission,
        bucket: .audit,
        sets: ["userRegistrationFeatureCounts"]
    )
}
