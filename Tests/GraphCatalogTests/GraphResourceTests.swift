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
            #expect(child.name.dropFirst(resource.name.count + 1) == child.path)
        }
    }

    @Test(arguments: family)
    func `no permission lets anyone write`(resource: GraphResource) {
        let permissions = resource.permissions.application + resource.permissions.delegated
        #expect(!resource.permissions.delegated.isEmpty)
        for permission in permissions {
            #expect(permission.contains(".Read."))
            #expect(!permission.contains("Write") && !permission.contains("FullControl"))
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
    func `groups are EntraExporter's, and a child's are among its parent's`(
        resource: GraphResource
    ) {
        #expect(!resource.groups.isEmpty)
        #expect(Set(resource.groups).isSubset(of: Self.exporterWords))
        for child in resource.children {
            #expect(Set(child.groups).isSubset(of: resource.groups))
        }
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
        let filter = resource.narrowings.first?.filter
        let request = resource.request(tenant: "t", filter: filter)
        let query = request.query.map { "\($0.name)=\(percentEncoded(Array($0.value.utf8)))" }
        #expect(!resource.isAdvanced || query.joined(separator: "&").utf8.count < 1900)
    }

    @Test(arguments: family)
    func `volatile members and sets are paths, and no set is dropped as a whole`(
        resource: GraphResource
    ) {
        for path in resource.volatile + resource.sets {
            #expect(
                path.split(separator: ".", omittingEmptySubsequences: false)
                    .allSatisfy { !$0.isEmpty })
        }
        #expect(Set(resource.sets).isDisjoint(with: resource.volatile))
    }

    /// Where EntraExporter 3.0 (L3) puts an object of each type, in catalog order.
    static let layout = [
        "organization": "Organization/Organization.json",
        "domains": "Domains/1/1.json",
        "subscribedSkus": "SubscribedSkus/1/1.json",
        "administrativeUnits": "AdministrativeUnits/1/1.json",
        "administrativeUnits/members": "AdministrativeUnits/1/Members/2/2.json",
        "administrativeUnits/scopedRoleMembers": "AdministrativeUnits/1/ScopedRoleMembers/2/2.json",
        "administrativeUnits/extensions": "AdministrativeUnits/1/Extensions/2/2.json",
        "devices": "Devices/1/1.json",
        "users": "Users/1/1.json",
        "groups": "Groups/1/1.json",
        "groups/owners": "Groups/1/Owners/2/2.json",
        "groups/members": "Groups/1/Members/2/2.json",
        "groupSettings": "GroupSettings/1/1.json",
        "applications": "Applications/1/1.json",
        "applications/extensionProperties": "Applications/1/ExtensionProperties/2/2.json",
        "applications/owners": "Applications/1/Owners/2/2.json",
        "applications/tokenIssuancePolicies": "Applications/1/TokenIssuancePolicies/2/2.json",
        "applications/tokenLifetimePolicies": "Applications/1/TokenLifetimePolicies/2/2.json",
        "applications/appManagementPolicies": "Applications/1/AppManagementPolicies/2/2.json",
        "servicePrincipals": "ServicePrincipals/1/1.json",
        "servicePrincipals/appRoleAssignments": "ServicePrincipals/1/AppRoleAssignments/2/2.json",
        "servicePrincipals/appRoleAssignedTo": "ServicePrincipals/1/AppRoleAssignedTo/2/2.json",
        "servicePrincipals/oauth2PermissionGrants":
            "ServicePrincipals/1/Oauth2PermissionGrants/2/2.json",
        "servicePrincipals/delegatedPermissionClassifications":
            "ServicePrincipals/1/DelegatedPermissionClassifications/2/2.json",
        "servicePrincipals/owners": "ServicePrincipals/1/Owners/2/2.json",
        "servicePrincipals/claimsMappingPolicies":
            "ServicePrincipals/1/ClaimsMappingPolicies/2/2.json",
        "servicePrincipals/homeRealmDiscoveryPolicies":
            "ServicePrincipals/1/HomeRealmDiscoveryPolicies/2/2.json",
        "servicePrincipals/tokenIssuancePolicies":
            "ServicePrincipals/1/TokenIssuancePolicies/2/2.json",
        "servicePrincipals/tokenLifetimePolicies":
            "ServicePrincipals/1/TokenLifetimePolicies/2/2.json",
        "servicePrincipals/appManagementPolicies":
            "ServicePrincipals/1/AppManagementPolicies/2/2.json",
        "directoryRoles": "DirectoryRoles/1/1.json",
        "directoryRoles/members": "DirectoryRoles/1/Members/2/2.json",
        "directoryRoles/scopedMembers": "DirectoryRoles/1/ScopedMembers/2/2.json",
        "roleDefinitions": "RoleManagement/Directory/RoleDefinitions/1/1.json",
        "roleAssignments": "RoleManagement/Directory/RoleAssignments/1/1.json",
        "conditionalAccessPolicies": "Identity/Conditional/AccessPolicies/1/1.json",
        "namedLocations": "Identity/Conditional/NamedLocations/1/1.json",
        "authenticationContexts": "Identity/Conditional/AuthenticationContexts/1/1.json",
        "authorizationPolicy": "Policies/AuthorizationPolicy/1/1.json",
        "adminConsentRequestPolicy": "Policies/AdminConsentRequestPolicy/1/1.json",
        "identitySecurityDefaultsEnforcementPolicy":
            "Policies/IdentitySecurityDefaultsEnforcementPolicy/1/1.json",
        "crossTenantAccessPolicy": "Policies/CrossTenantAccessPolicy/1/1.json",
        "crossTenantAccessPolicyDefault": "Policies/CrossTenantAccessPolicy/Default/1/1.json",
        "crossTenantAccessPolicyPartners": "Policies/CrossTenantAccessPolicy/Partners/1/1.json",
        "accessReviews": "IdentityGovernance/AccessReviews/1/1.json",
        "accessReviews/instances": "IdentityGovernance/AccessReviews/1/2/2.json",
        "accessReviews/instances/contactedReviewers":
            "IdentityGovernance/AccessReviews/1/2/Reviewers/3/3.json",
    ]

    @Test func `objects stand where EntraExporter puts them`() {
        var paths: [String: String] = [:]
        for root in GraphResource.all where root.hasFolders || root.isSingleFile {
            Self.collect(root, below: "", depth: 1, into: &paths)
        }

        #expect(paths == Self.layout)
    }

    /// Names the object at depth n by the number n.
    private static func collect(
        _ resource: GraphResource, below parent: String, depth: Int,
        into paths: inout [String: String]
    ) {
        let folder = [parent, resource.folder].filter { !$0.isEmpty }.joined(separator: "/")
        let object = resource.isSingleFile ? folder : "\(folder)/\(depth)/\(depth).json"
        paths[resource.name] = object
        for child in resource.children {
            collect(child, below: "\(folder)/\(depth)", depth: depth + 1, into: &paths)
        }
    }

    @Test func `an object without an ID is named like its folder`() {
        #expect(GraphResource.adminConsentRequestPolicy.fallbackID == "AdminConsentRequestPolicy")
        #expect(GraphResource.crossTenantAccessPolicyDefault.fallbackID == "Default")
        #expect(GraphResource.crossTenantAccessPolicyPartners.fallbackID == "Partners")
    }
}
