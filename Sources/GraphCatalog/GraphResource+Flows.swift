extension GraphResource {
    private static let userFlow = Permissions("IdentityUserFlow.Read.All")
    /// What Graph answers for the flows of guests where they are switched off.
    private static let noSelfService = [
        "The feature self service sign up is not enabled for the tenant"
    ]

    package static let apiConnectors = GraphResource(
        "apiConnectors",
        version: .beta,
        path: "identity/apiConnectors",
        folder: "Identity/APIConnectors",
        groups: ["All", "Config", "Identity"],
        permissions: Permissions("APIConnectors.Read.All"),
        unavailable: noSelfService,
        auditNouns: ["api connector"]
    )

    package static let identityProviders = GraphResource(
        "identityProviders",
        path: "identityProviders",
        folder: "IdentityProviders",
        groups: ["All", "Config", "Identity"],
        permissions: Permissions("IdentityProvider.Read.All"),
        auditNouns: ["identity provider"]
    )

    package static let customAuthenticationExtensions = GraphResource(
        "customAuthenticationExtensions",
        version: .beta,
        path: "identity/customAuthenticationExtensions",
        folder: "Identity/CustomAuthenticationExtensions",
        groups: ["All", "Config"],
        permissions: Permissions("Application.Read.All")
    )

    /// Only beta has them, and the flows of Azure AD B2C.
    package static let userFlows = GraphResource(
        "userFlows",
        version: .beta,
        path: "identity/userFlows",
        folder: "Identity/UserFlows",
        groups: ["B2C"],
        permissions: userFlow,
        auditNouns: ["user flow"]
    )

    package static let userFlowAttributes = GraphResource(
        "userFlowAttributes",
        version: .beta,
        path: "identity/userFlowAttributes",
        folder: "Identity/UserFlowAttributes",
        groups: ["Config", "B2B", "B2C"],
        permissions: userFlow,
        unavailable: noSelfService,
        auditNouns: ["user attribute"]
    )

    package static let b2cUserFlows = GraphResource(
        "b2cUserFlows",
        version: .beta,
        path: "identity/b2cUserFlows",
        folder: "Identity/B2CUserFlows",
        groups: ["B2C"],
        permissions: userFlow,
        auditNouns: ["user flow"],
        children: flowParts(
            of: "b2cUserFlows", groups: ["B2C"], attributes: "UserAttributeAssignments",
            connectors: "ApiConnectorConfiguration")
    )

    package static let b2xUserFlows = GraphResource(
        "b2xUserFlows",
        version: .beta,
        path: "identity/b2xUserFlows",
        folder: "Identity/B2XUserFlows",
        groups: ["All", "Config", "B2B"],
        permissions: userFlow,
        unavailable: noSelfService,
        auditNouns: ["user flow"],
        children: flowParts(
            of: "b2xUserFlows", groups: ["All", "Config", "B2B"],
            attributes: "AttributeAssignments", connectors: "APIConnectors")
    )

    /// What stands below a flow; the folders of two parts differ.
    private static func flowParts(
        of flow: String, groups: [String], attributes: String, connectors: String
    ) -> [GraphResource] {
        [
            GraphResource(
                "\(flow)/identityProviders",
                version: .beta,
                path: "identityProviders",
                folder: "IdentityProviders",
                groups: groups,
                permissions: userFlow
            ),
            GraphResource(
                "\(flow)/userAttributeAssignments",
                version: .beta,
                path: "userAttributeAssignments",
                folder: attributes,
                groups: groups,
                permissions: userFlow,
                expand: "userAttribute"
            ),
            GraphResource(
                "\(flow)/apiConnectorConfiguration",
                version: .beta,
                path: "apiConnectorConfiguration",
                answer: .object,
                folder: connectors,
                groups: groups,
                permissions: userFlow,
                expand: "postFederationSignup,postAttributeCollection"
            ),
            GraphResource(
                "\(flow)/languages",
                version: .beta,
                path: "languages",
                folder: "Languages",
                groups: groups,
                permissions: userFlow
            ),
        ]
    }
}
