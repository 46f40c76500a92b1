extension GraphResource {
    private static let policyGroups = ["All", "Config", "Policies"]

    package static let featureRolloutPolicies = GraphResource(
        "featureRolloutPolicies",
        path: "policies/featureRolloutPolicies",
        folder: "Policies/FeatureRolloutPolicies",
        groups: policyGroups,
        permissions: Permissions(delegated: "Directory.ReadWrite.All"),
        appOnly: noApplicationPermission
    )

    package static let activityBasedTimeoutPolicies = directoryPolicies(
        "activityBasedTimeoutPolicies", folder: "ActivityBasedTimeoutPolicy")

    package static let homeRealmDiscoveryPolicies = directoryPolicies(
        "homeRealmDiscoveryPolicies", folder: "HomeRealmDiscoveryPolicy")

    package static let claimsMappingPolicies = directoryPolicies(
        "claimsMappingPolicies", folder: "ClaimsMappingPolicy")

    package static let tokenIssuancePolicies = directoryPolicies(
        "tokenIssuancePolicies", folder: "TokenIssuancePolicy")

    package static let tokenLifetimePolicies = directoryPolicies(
        "tokenLifetimePolicies", folder: "TokenLifetimePolicy")

    package static let appManagementPolicies = directoryPolicies(
        "appManagementPolicies", version: .beta, folder: "AppManagementPolicies")

    /// Policies whose content is a document of their own, in a string.
    private static func directoryPolicies(
        _ name: String, version: Version = .v1, folder: String
    ) -> GraphResource {
        GraphResource(
            name, version: version, path: "policies/\(name)", folder: "Policies/\(folder)",
            groups: policyGroups, permissions: .policy)
    }

    package static let defaultAppManagementPolicy = GraphResource(
        "defaultAppManagementPolicy",
        version: .beta,
        path: "policies/defaultAppManagementPolicy",
        answer: .object,
        folder: "Policies/DefaultAppManagementPolicy",
        groups: policyGroups,
        permissions: .policy,
        auditActivities: ["Update policy"]
    )

    package static let permissionGrantPolicies = GraphResource(
        "permissionGrantPolicies",
        path: "policies/permissionGrantPolicies",
        folder: "Policies/PermissionGrantPolicies",
        groups: policyGroups,
        permissions: Permissions("Policy.Read.PermissionGrant"),
        sets: ["excludes", "includes"].flatMap { list in
            let members = [
                "clientApplicationIds", "clientApplicationPublisherIds",
                "clientApplicationTenantIds", "permissions",
            ]
            return [list] + members.map { "\(list).\($0)" }
        }
    )

    package static let externalIdentitiesPolicy = GraphResource(
        "externalIdentitiesPolicy",
        version: .beta,
        path: "policies/externalIdentitiesPolicy",
        answer: .object,
        folder: "Policies/ExternalIdentitiesPolicy",
        groups: policyGroups,
        permissions: .policy,
        auditActivities: ["Update policy"]
    )

    /// The methods of signing in. One list has them all, those that are newer than EntraExporter too,
    /// which asks for eight by their names; these keep its spelling. A method the tenant does not
    /// have is not in the list.
    package static let authenticationMethodConfigurations = GraphResource(
        "authenticationMethodConfigurations",
        path: "policies/authenticationMethodsPolicy/authenticationMethodConfigurations",
        folder: "Policies/AuthenticationMethodsPolicy/AuthenticationMethodConfigurations",
        placement: .files(
            [
                "Email", "FIDO2", "MicrosoftAuthenticator", "SMS", "TemporaryAccessPass",
                "SoftwareOath", "Voice", "X509Certificate",
            ].map { FileTemplate($0, where: "id", is: $0) }),
        groups: policyGroups,
        permissions: .policy,
        knownIDs: [
            "email", "fido2", "microsoftAuthenticator", "sms", "temporaryAccessPass",
            "softwareOath", "voice", "x509Certificate",
        ],
        sets: [
            "excludeTargets", "includeTargets", "includeTargets.allowedPasskeyProfiles",
            "keyRestrictions.aaGuids", "passkeyProfiles", "passkeyProfiles.keyRestrictions.aaGuids",
        ],
        flags: ["passkeyProfiles.passkeyTypes"],
        auditActivities: [
            "Authentication Methods Policy Update", "Authentication Methods Policy Reset",
        ]
    )
}
