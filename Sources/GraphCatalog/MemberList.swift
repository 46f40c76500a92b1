/// A list of the members that applications have added to a type's objects. Graph gives them only if
/// they are selected by name.
///
/// What it costs in resource units, for 100,000 users in pages of 999: 101 pages of 2 (the base cost
/// of 2, one less for `$select`, one more for `$expand`) are 202. To find the names takes 1 for the
/// directory extensions and, for the schema extensions, 1 for each 999 service principals and 1 for each
/// page of the list of all tenants, about 25: 228 in all. Without `$select` the pages alone cost 3
/// each, 303 in all, and hold five times as many bytes, most of them plans that no backup keeps.
/// Of each application's own `extensionProperties` every request costs 2, and those of other
/// tenants' applications would be missing.
package struct MemberList: Sendable {
    /// What is in it, for messages and records: `directory extensions`.
    package let name: String
    package let request: GraphRequest
    /// The member of an entry that says what the added member is called.
    package let member: String
    /// The member of an entry with the kinds of objects that can have it.
    package let targets: String
    /// One of them.
    package let target: String
    package let owner: Owner?

    /// Entries count only if their owner is in another list.
    package struct Owner: Sendable {
        /// The member of an entry that names its owner.
        package let member: String
        package let request: GraphRequest
        /// The member of an owner by which entries name it.
        package let id: String
    }

    /// What applications of this and of other tenants have registered here.
    ///
    /// <https://learn.microsoft.com/graph/api/directoryobject-getavailableextensionproperties>
    static func directoryExtensions(of target: String) -> MemberList {
        MemberList(
            name: "directory extensions",
            request: GraphRequest(
                path: "directoryObjects/getAvailableExtensionProperties", body: "{}"),
            member: "name", targets: "targetObjects", target: target, owner: nil)
    }

    /// Graph lists those of all tenants and does not say which are in use. An application that uses
    /// its own has a service principal here.
    ///
    /// <https://learn.microsoft.com/graph/api/schemaextension-list>
    static func schemaExtensions(of target: String) -> MemberList {
        MemberList(
            name: "schema extensions",
            request: GraphRequest(
                path: "schemaExtensions",
                query: [.init("$select", "id,owner,targetTypes")]),
            member: "id", targets: "targetTypes", target: target,
            owner: Owner(
                member: "owner",
                request: GraphRequest(
                    path: "servicePrincipals",
                    query: [.init("$select", "appId"), .init("$top", "999")]),
                id: "appId"))
    }

    static func extensions(of target: String) -> [MemberList] {
        [directoryExtensions(of: target), schemaExtensions(of: target)]
    }
}
