import Encodings
import GraphCatalog
import Testing

/// What must hold of every declaration, whoever adds it.
struct GraphResourceTests {
    static let family = GraphResource.all.flatMap(\.family)

    @Test func `every type and child has a word of its own in any case of letters`() {
        let names = Self.family.map { $0.name.lowercased() }

        #expect(Set(names).count == names.count)
        #expect(names.count > 40)
    }

    @Test func `no two types share a folder`() {
        let folders = GraphResource.all.map { $0.folder.lowercased() }

        #expect(Set(folders).count == folders.count)
    }

    @Test func `children of one parent have different folders, and one at most has none`() {
        for parent in Self.family {
            let folders = parent.children.map { $0.folder.lowercased() }
            #expect(Set(folders).count == folders.count, "\(parent.name)")
        }
    }

    @Test(arguments: family)
    func `paths and folders are relative, clean and without a query`(resource: GraphResource) {
        for text in [resource.path] + (resource.folder.isEmpty ? [] : [resource.folder]) {
            let segments = text.split(separator: "/", omittingEmptySubsequences: false)
            #expect(segments.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." })
            #expect(!text.contains { "?#%: ".contains($0) })
        }
        #expect(!resource.path.isEmpty)
    }

    @Test(arguments: family)
    func `a child's word goes on from its parent's`(resource: GraphResource) {
        for child in resource.children {
            #expect(child.name.hasPrefix("\(resource.name)/"))
            #expect(
                child.namesParent
                    || child.name.dropFirst(resource.name.count + 1) == child.path)
        }
    }

    /// What only a person may read, and Graph lets nobody read without the right to write it.
    static let noReadOnlyPermission: Set<String> = [
        "featureRolloutPolicies", "provisioning", "publishedResources", "agentGroups", "agents",
        "connectors", "connectorGroups", "connectorGroups/applications", "connectorGroups/members",
    ]

    @Test(arguments: family)
    func `no permission lets anyone write, but where Graph has no other for a person`(
        resource: GraphResource
    ) {
        let canWrite = resource.permissions.delegated.contains { $0.contains("Write") }
        #expect(!resource.permissions.delegated.isEmpty)
        #expect(canWrite == Self.noReadOnlyPermission.contains(resource.name))
        for permission in resource.permissions.application {
            #expect(permission.contains(".Read.") && !permission.contains("Write"))
        }
    }

    @Test(arguments: family)
    func `what no application may read says why`(resource: GraphResource) {
        #expect(resource.permissions.application.isEmpty == (resource.appOnly != nil))
    }

    @Test(arguments: family)
    func `files at places of their own belong to root types, and ask for one parent at a time`(
        resource: GraphResource
    ) {
        for child in resource.children {
            #expect(child.hasFolders && child.walks.isEmpty)
        }
        for walk in resource.walks {
            // Azure gives all members or none.
            let select = walk.service.isAzure ? [] : [walk.idMember]
            #expect(resource.namesParent && walk.select == select)
        }
        if case .files(let templates) = resource.placement {
            #expect(templates.allSatisfy { $0.depth > 0 })
        }
    }

    /// The words of EntraExporter 3.0's `-Type`.
    static let exporterWords: Set<String> = [
        "All", "Config", "AccessPolicies", "AccessReviews", "AdministrativeUnits", "AppProxy",
        "Applications", "B2B", "B2C", "CloudPCRoles", "ConditionalAccess", "Devices", "Directory",
        "DirectoryRoles", "Domains", "EntitlementManagement", "EntitlementManagementRoles",
        "ExchangeRoles", "Governance", "Groups", "IAM", "Identity", "IntuneRoles", "Organization",
        "PIM", "PIMDirectoryRoles", "PIMGroups", "PIMResources", "Policies", "Reports",
        "RoleManagement", "Roles", "SKUs", "ServicePrincipals", "Sharepoint", "Teams", "Users",
        "UsersRegisteredByFeatureReport",
    ]

    @Test(arguments: family)
    func `groups are EntraExporter's`(resource: GraphResource) {
        #expect(!resource.groups.isEmpty)
        #expect(Set(resource.groups).isSubset(of: Self.exporterWords))
    }

    @Test(arguments: family)
    func `the member that names an object is selected and never dropped`(resource: GraphResource) {
        #expect(resource.select.isEmpty || resource.select.contains(resource.idMember))
        #expect(!resource.volatile.contains(resource.idMember))
        #expect(Set(resource.select).count == resource.select.count)
        #expect(Set(resource.select).isDisjoint(with: resource.volatile))
    }

    @Test(arguments: family)
    func `a page has at most 999 objects, and an advanced query fits 2048 letters`(
        resource: GraphResource
    ) {
        #expect((1...999).contains(resource.top ?? 999))
        for cloudOnly in [false, true] {
            for types in [[resource.name], resource.groups] + resource.groups.map({ [$0] }) {
                guard
                    let selection = try? Selection(types: types, cloudOnly: cloudOnly),
                    let selected = selection.resources.first(where: {
                        $0.resource.name == resource.name
                    })
                else { continue }
                let request = resource.request(tenant: "t", narrowing: selected.filter)
                let query = request.query.map {
                    "\($0.name)=\(percentEncoded(Array($0.value.utf8)))"
                }
                #expect(
                    request.headers.isEmpty || query.joined(separator: "&").utf8.count < 1900)
            }
        }
    }

    @Test(arguments: family)
    func `volatile members and sets are paths, and no set is dropped as a whole`(
        resource: GraphResource
    ) {
        for path in resource.volatile + resource.sets + resource.flags {
            #expect(
                path.split(separator: ".", omittingEmptySubsequences: false)
                    .allSatisfy { !$0.isEmpty })
        }
        #expect(Set(resource.sets).isDisjoint(with: resource.volatile))
        #expect(
            Set(resource.sets + resource.flags).count == resource.sets.count + resource.flags.count)
    }

    @Test(arguments: family)
    func `a type that selects members says why it has no others`(resource: GraphResource) {
        let selected = Set(resource.select)
        #expect(resource.select.isEmpty || !resource.leftOut.isEmpty)
        #expect(selected.isDisjoint(with: resource.leftOut.flatMap(\.names)))
        #expect(selected.isDisjoint(with: resource.permitted.map(\.name)))
        for gap in resource.gaps {
            #expect(!gap.reason.isEmpty && gap.reason.last != ".")
        }
        // What applications have added is known by name only where members are selected.
        #expect(resource.memberLists.isEmpty || !resource.select.isEmpty)
    }

    @Test func `lists and flags without an order are declared so, in beta's form too`() {
        let claims = ["accessToken", "idToken", "saml2Token"]
        #expect(
            Set(GraphResource.applications.sets).isSuperset(
                of: claims.map {
                    "optionalClaims.\($0).additionalProperties"
                }))
        #expect(GraphResource.roleDefinitions.sets.contains("inheritsPermissionsFrom"))
        #expect(
            GraphResource.authorizationPolicy.sets.contains(
                "permissionGrantPolicyIdsAssignedToDefaultUserRole"))
        #expect(
            GraphResource.authenticationMethodConfigurations.sets.contains("passkeyProfiles"))
        let guests = ["include", "exclude"].map {
            "conditions.users.\($0)GuestsOrExternalUsers.guestOrExternalUserTypes"
        }
        #expect(
            Set(GraphResource.conditionalAccessPolicies.flags).isSuperset(
                of: guests + [
                    "conditions.agentIdRiskLevels", "conditions.insiderRiskLevels",
                    "conditions.authenticationFlows.transferMethods",
                ]))
    }

    @Test func `an object without an ID is named like its folder`() {
        #expect(GraphResource.adminConsentRequestPolicy.fallbackID == "AdminConsentRequestPolicy")
        #expect(GraphResource.crossTenantAccessPolicyDefault.fallbackID == "Default")
        #expect(GraphResource.crossTenantAccessPolicyPartners.fallbackID == "Partners")
    }
}
