/// A kind of directory object that lists of members and owners hold beside others.
///
/// Who may read a list of members but not the members themselves gets them with their kind and ID
/// only; all other members are null.
///
/// <https://learn.microsoft.com/graph/permissions-overview#limited-information-returned-for-inaccessible-member-objects>
package struct PrincipalKind: Sendable {
    /// As `@odata.type` has it.
    package let typeName: String
    /// Each is enough to read the objects; the first is the least.
    package let permissions: [String]

    /// The kind that an `@odata.type` names; `nil` for one that is not known to be masked.
    package static func named(_ typeName: String) -> PrincipalKind? {
        all.first { $0.typeName == typeName }
    }

    private static let all = [
        kind("user", "User.Read.All", "User.ReadBasic.All", "User.ReadWrite.All"),
        kind("group", "Group.Read.All", "GroupMember.Read.All", "Group.ReadWrite.All"),
        kind("servicePrincipal", "Application.Read.All", "Application.ReadWrite.All"),
        kind("application", "Application.Read.All", "Application.ReadWrite.All"),
        kind("device", "Device.Read.All", "Device.ReadWrite.All"),
        kind("orgContact", "OrgContact.Read.All"),
    ]

    private static func kind(_ name: String, _ permissions: String...) -> PrincipalKind {
        PrincipalKind(
            typeName: "#microsoft.graph.\(name)",
            permissions: permissions + ["Directory.Read.All", "Directory.ReadWrite.All"])
    }
}
