/// Members left out of the objects in which another member has a certain text.
package struct Reduction: Sendable {
    package let member: String
    package let value: String
    package let drops: [String]

    /// - Parameters:
    ///   - member: a member of the object itself that holds text.
    ///   - drops: members of the object itself.
    package init(where member: String, is value: String, drops: [String]) {
        self.member = member
        self.value = value
        self.drops = drops
    }

    /// What Microsoft's own applications offer changes whenever Microsoft ships, by the hundreds, and
    /// nobody in the tenant can change it. Whatever the tenant itself sets stays, credentials too.
    static let vendorOwned = Reduction(
        where: "appOwnerOrganizationId", is: "f8cdef31-a31e-4b4a-93e4-5f571e91255a",
        drops: ["appRoles", "oauth2PermissionScopes", "resourceSpecificApplicationPermissions"])

    /// Azure renews the keys of managed identities by itself, and nobody else can.
    static let managedIdentity = Reduction(
        where: "servicePrincipalType", is: "ManagedIdentity", drops: ["keyCredentials"])
}
