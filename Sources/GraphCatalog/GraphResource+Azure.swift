extension GraphResource {
    private static let authorization = Service.azure(apiVersion: "2022-04-01")
    private static let privilegedAccess = Service.azure(apiVersion: "2020-10-01")

    /// Who has which role, and where. Every listing repeats what is inherited; each assignment
    /// stands once, at its own scope.
    package static let azureRoleAssignments = GraphResource(
        "azureRoleAssignments",
        service: authorization,
        path: "{parent/}/providers/Microsoft.Authorization/roleAssignments",
        folder: "IAM/RoleAssignments",
        placement: .files(
            atScopes(named: "{properties.principalId}&{properties.roleDefinitionId}")),
        walks: azureScopes,
        groups: ["All", "IAM"],
        permissions: .directory,
        bucket: .azure,
        lastParts: ["properties.roleDefinitionId"],
        volatile: ["properties.createdOn", "properties.updatedOn"],
        audit: rights("roleAssignments/write", "roleAssignments/delete"),
        authorship: ownRecord
    )

    /// Built-in roles once; a custom role at each management group and subscription where it can be
    /// assigned, as EntraExporter has it.
    package static let azureRoleDefinitions = GraphResource(
        "azureRoleDefinitions",
        service: authorization,
        path: "{parent/}/providers/Microsoft.Authorization/roleDefinitions",
        folder: "IAM/RoleDefinitions",
        placement: .files([
            FileTemplate("BuiltInRole/{name}", where: "properties.type", is: "BuiltInRole"),
            FileTemplate(
                "CustomRole/ManagementGroups/{parent:4}/{name}", where: "parent",
                is: managementGroup),
            FileTemplate(
                "CustomRole/Subscriptions/{parent:2}/{name}", where: "parent", is: "subscriptions/*"
            ),
        ]),
        walks: [
            managementGroups(witnesses: [subscriptions()]),
            // Else roles that can be assigned in a resource group only are not listed.
            subscriptions(witnesses: [managementGroups()], partFilter: "atScopeAndBelow()"),
        ],
        groups: ["All", "IAM"],
        permissions: .directory,
        bucket: .azure,
        idMember: "name",
        lastParts: ["id"],
        volatile: ["properties.createdOn", "properties.updatedOn"],
        sets: [
            "properties.permissions.actions", "properties.permissions.dataActions",
            "properties.permissions.notActions", "properties.permissions.notDataActions",
        ],
        audit: rights("roleDefinitions/write", "roleDefinitions/delete"),
        auditIDs: ["name"],
        authorship: ownRecord
    )

    /// Who may activate which role in Azure. The file has the name of the request, as EntraExporter
    /// has it.
    package static let azureRoleEligibilities = GraphResource(
        "azureRoleEligibilities",
        service: privilegedAccess,
        path: "{parent/}/providers/Microsoft.Authorization/roleEligibilitySchedules",
        folder: "PIM/Resources",
        placement: .files([
            FileTemplate(
                "ManagementGroups/{properties.roleEligibilityScheduleRequestId&}",
                where: "properties.scope", is: managementGroup),
            FileTemplate(
                "Subscriptions/{properties.roleEligibilityScheduleRequestId&}",
                where: "properties.scope", is: "subscriptions/**"),
        ]),
        walks: azureScopes,
        groups: ["All", "PIM", "PIMResources"],
        permissions: .directory,
        bucket: .azure,
        lastParts: ["properties.roleDefinitionId"],
        volatile: [
            "properties.createdOn", "properties.expandedProperties", "properties.memberType",
            "properties.status", "properties.updatedOn",
        ],
        audit: rights("roleEligibilityScheduleRequests/write"),
        auditIDs: ["properties.roleEligibilityScheduleRequestId"]
    )

    /// What activating a role takes: a policy for each role at each management group and
    /// subscription, and wherever below them anyone may activate one; once, and not in the file of
    /// each who may.
    package static let azureRolePolicies = GraphResource(
        "azureRolePolicies",
        service: privilegedAccess,
        path: "{parent/}/providers/Microsoft.Authorization/roleManagementPolicyAssignments",
        folder: "PIM/Resources/Policies",
        placement: .files(atScopes(named: "{name}")),
        walks: azureScopes + [eligibleScopes],
        groups: ["All", "PIM", "PIMResources"],
        permissions: .directory,
        bucket: .azure,
        lastParts: ["properties.roleDefinitionId"],
        // Names of scope and role, which are elsewhere, and when it was last changed.
        volatile: ["properties.policyAssignmentProperties"],
        sets: ["properties.effectiveRules"],
        audit: rights("roleManagementPolicies/write"),
        auditIDs: ["properties.policyId"]
    )

    /// Key vaults, and whatever else has access policies in it.
    package static let azureAccessPolicies = GraphResource(
        "azureAccessPolicies",
        service: .azure(apiVersion: "2023-07-01"),
        path: "{parent/}",
        answer: .object,
        folder: "AccessPolicies",
        placement: .files([
            FileTemplate("Subscriptions/{id:2}/{id&}", where: "id", is: "subscriptions/**")
        ]),
        walks: [azureVaults, otherAccessPolicies],
        groups: ["All", "AccessPolicies"],
        permissions: .directory,
        bucket: .azure,
        volatile: [
            "etag", "properties.provisioningState", "systemData.lastModifiedAt",
            "systemData.lastModifiedBy", "systemData.lastModifiedByType",
        ],
        sets: [
            "properties.accessPolicies", "properties.accessPolicies.permissions.certificates",
            "properties.accessPolicies.permissions.keys",
            "properties.accessPolicies.permissions.secrets",
            "properties.accessPolicies.permissions.storage",
        ],
        audit: .azure(
            provider: "Microsoft.KeyVault",
            ["vaults/write", "vaults/delete", "vaults/accessPolicies/write"]),
        authorship: Authorship(
            creation: .init(in: "systemData", by: "createdBy", at: "createdAt"),
            update: .init(in: "systemData", by: "lastModifiedBy", at: "lastModifiedAt"))
    )

    // MARK: Who made it

    /// As the provider of roles notes it in every object.
    private static let ownRecord = Authorship(
        creation: .init(in: "properties", by: "createdBy", at: "createdOn"),
        update: .init(in: "properties", by: "updatedBy", at: "updatedOn"))

    private static func rights(_ operations: String...) -> AuditSource {
        .azure(provider: "Microsoft.Authorization", operations)
    }

    // MARK: Scopes

    private static let managementGroup = "providers/Microsoft.Management/managementGroups/*"

    /// Where a right given at `properties.scope` stands.
    private static func atScopes(named name: String) -> [FileTemplate] {
        func template(_ path: String, _ form: String) -> FileTemplate {
            FileTemplate("\(path)/\(name)", where: "properties.scope", is: form)
        }
        let subscription = "Subscriptions/{properties.scope:2}"
        return [
            template("Root", ""),
            template("ManagementGroups/{properties.scope:4}", managementGroup),
            template(subscription, "subscriptions/*"),
            template("\(subscription)/{properties.scope:4}", "subscriptions/*/resourceGroups/*"),
            template(
                "\(subscription)/{properties.scope:4}/{properties.scope&}",
                "subscriptions/*/resourceGroups/*/**"),
            template("\(subscription)/{properties.scope&}", "subscriptions/*/**"),
        ]
    }

    /// Every scope that rights are listed at: what is below a subscription is in its lists.
    private static let azureScopes = [
        managementGroups(witnesses: [subscriptions()]),
        subscriptions(witnesses: [managementGroups()]),
    ]

    private static let azureVaults = GraphResource(
        "azureVaults",
        service: .azure(apiVersion: "2021-03-01"),
        path: "providers/Microsoft.ResourceGraph/resources",
        rows:
            "resources | where type =~ 'microsoft.keyvault/vaults' | project id | order by id asc",
        folder: "",
        groups: [],
        permissions: .directory,
        bucket: .azureResourceGraph,
        witnesses: [subscriptions()]
    )

    /// What else has access policies. Each provider has versions of its own, so Resource Graph's rows
    /// are all there is of them.
    private static let otherAccessPolicies = GraphResource(
        "azureOtherAccessPolicies",
        service: .azure(apiVersion: "2021-03-01"),
        path: "providers/Microsoft.ResourceGraph/resources",
        rows:
            "resources | where type !~ 'microsoft.keyvault/vaults' and "
            + "array_length(properties.accessPolicies) > 0 "
            + "| project id, name, type, location, resourceGroup, subscriptionId, properties, tags "
            + "| order by id asc",
        folder: "",
        isPart: true,
        groups: [],
        permissions: .directory,
        bucket: .azureResourceGraph,
        witnesses: [subscriptions()]
    )

    /// Where in a subscription anyone may activate a role: resource groups and resources too.
    private static let eligibleScopes = GraphResource(
        "azureEligibleScopes",
        service: privilegedAccess,
        path: "{parent/}/providers/Microsoft.Authorization/roleEligibilitySchedules",
        folder: "",
        walks: azureScopes,
        idForm: "subscriptions/**",
        groups: [],
        permissions: .directory,
        bucket: .azure,
        idMember: "properties.scope"
    )

    private static func managementGroups(witnesses: [GraphResource] = []) -> GraphResource {
        GraphResource(
            "azureManagementGroups",
            service: .azure(apiVersion: "2021-04-01"),
            path: "providers/Microsoft.Management/managementGroups",
            folder: "",
            groups: [],
            permissions: .directory,
            bucket: .azure,
            witnesses: witnesses
        )
    }

    static func subscriptions(
        witnesses: [GraphResource] = [], partFilter: String? = nil
    ) -> GraphResource {
        GraphResource(
            "azureSubscriptions",
            service: .azure(apiVersion: "2022-12-01"),
            path: "subscriptions",
            folder: "",
            partFilter: partFilter,
            groups: [],
            permissions: .directory,
            bucket: .azure,
            witnesses: witnesses
        )
    }
}
