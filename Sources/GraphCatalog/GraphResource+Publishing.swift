extension GraphResource {
    private static let publishingGroups = ["All", "Config", "AppProxy"]
    private static let publishing = Permissions(
        delegated: "OnPremisesPublishingProfiles.ReadWrite.All")
    private static let proxy = Permissions(delegated: "Directory.ReadWrite.All")
    /// What a machine on-premises reports of itself.
    private static let machineNoise = ["externalIp", "status"]

    package static let provisioning = GraphResource(
        "provisioning",
        version: .beta,
        path: "onPremisesPublishingProfiles/provisioning",
        answer: .object,
        folder: "OnPremisesPublishingProfiles/Provisioning.json",
        groups: publishingGroups,
        permissions: publishing,
        appOnly: noApplicationPermission,
        expand: "publishedResources,agents,agentGroups",
        volatile: machineNoise.map { "agents.\($0)" },
        sets: ["agentGroups", "agents", "publishedResources"]
    )

    package static let publishedResources = GraphResource(
        "publishedResources",
        version: .beta,
        path: "onPremisesPublishingProfiles/provisioning/publishedResources",
        folder: "OnPremisesPublishingProfiles/Provisioning/PublishedResources",
        groups: publishingGroups,
        permissions: publishing,
        appOnly: noApplicationPermission,
        expand: "agentGroups",
        sets: ["agentGroups"]
    )

    package static let agentGroups = GraphResource(
        "agentGroups",
        version: .beta,
        path: "onPremisesPublishingProfiles/provisioning/agentGroups",
        folder: "OnPremisesPublishingProfiles/Provisioning/AgentGroups",
        groups: publishingGroups,
        permissions: publishing,
        appOnly: noApplicationPermission,
        expand: "agents,publishedResources",
        volatile: machineNoise.map { "agents.\($0)" },
        sets: ["agents", "publishedResources"]
    )

    package static let agents = GraphResource(
        "agents",
        version: .beta,
        path: "onPremisesPublishingProfiles/provisioning/agents",
        folder: "OnPremisesPublishingProfiles/Provisioning/Agents",
        groups: publishingGroups,
        permissions: publishing,
        appOnly: noApplicationPermission,
        expand: "agentGroups",
        volatile: machineNoise,
        sets: ["agentGroups", "supportedPublishingTypes"]
    )

    package static let connectors = GraphResource(
        "connectors",
        version: .beta,
        path: "onPremisesPublishingProfiles/applicationProxy/connectors",
        folder: "OnPremisesPublishingProfiles/ApplicationProxy/Connectors",
        groups: publishingGroups,
        permissions: proxy,
        appOnly: noApplicationPermission,
        volatile: machineNoise
    )

    package static let connectorGroups = GraphResource(
        "connectorGroups",
        version: .beta,
        path: "onPremisesPublishingProfiles/applicationProxy/connectorGroups",
        folder: "OnPremisesPublishingProfiles/ApplicationProxy/ConnectorGroups",
        groups: publishingGroups,
        permissions: proxy,
        appOnly: noApplicationPermission,
        auditNouns: ["connector group"],
        children: [
            GraphResource(
                "connectorGroups/applications",
                version: .beta,
                path: "applications",
                folder: "Applications",
                groups: publishingGroups,
                permissions: proxy,
                appOnly: noApplicationPermission,
                empty: ["ApplicationsForGroup_NotFound"],
                volatile: applications.volatile,
                sets: applications.sets,
                flags: applications.flags
            ),
            GraphResource(
                "connectorGroups/members",
                version: .beta,
                path: "members",
                folder: "Members",
                groups: publishingGroups,
                permissions: proxy,
                appOnly: noApplicationPermission,
                empty: ["ConnectorGroup_NotFound"],
                volatile: machineNoise
            ),
        ]
    )
}
