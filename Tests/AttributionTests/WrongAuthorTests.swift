import Attribution
import CanonicalJSON
import GraphCatalog
import Testing

/// Events that look as if they told of a change, and do not.
struct WrongAuthorTests {
    private let read = Moment(seconds: 1_793_498_400)

    private func found(
        _ events: [MadeEvent], _ type: GraphResource, _ id: String, _ before: String,
        _ after: String
    ) throws -> [String] {
        try AuditIndex(events.map { try $0.event() }).matches(
            for: ObjectChange(
                type, ids: [id], kind: .updated, before: Array(before.utf8),
                after: Array(after.utf8), read: read)
        ).map { "\($0.kind) \($0.event.id)" }
    }

    @Test func `a member inside another is not the object's own of that name`() throws {
        let rename = MadeEvent(
            id: "1", activity: "Update access package",
            targets: [("p", "Other", [("DisplayName", "\"a\"", "\"b\"")])])
        func package(_ catalog: String) -> String {
            #"{"catalog":{"displayName":"\#(catalog)","note":"\#(catalog)"},"displayName":"a","id":"p"}"#
        }
        var note = rename
        note.targets[0].properties = [("Note", "\"a\"", "\"b\"")]

        // The package was renamed and named back; of its catalog nobody knows.
        #expect(try found([rename], .accessPackages, "p", package("a"), package("b")) == [])
        #expect(try found([note], .accessPackages, "p", package("a"), package("b")) == ["exact 1"])
    }

    @Test
    func `who switched a policy off and who on again are no authors, whatever the time of it`()
        throws
    {
        func policy(_ state: String, _ time: Int, _ name: String = "p") -> String {
            #"{"displayName":"\#(name)","id":"p","modifiedDateTime":"\#(time)","state":"\#(state)"}"#
        }
        func event(_ id: String, _ old: String, _ new: String, _ second: Int) -> MadeEvent {
            MadeEvent(
                id: id, at: "2026-11-01T01:00:0\(second)Z",
                activity: "Update conditional access policy", service: "Conditional Access",
                targets: [("p", "Policy", [("ConditionalAccessPolicy", old, new)])])
        }
        let off = event("off", policy("on", 1), policy("off", 2), 1)
        let on = event("on", policy("off", 2), policy("on", 3), 2)
        let name = event("name", policy("on", 3), policy("on", 4, "q"), 3)
        // The backup leaves the time out.
        let (before, after) = (
            #"{"displayName":"p","id":"p","state":"on"}"#,
            #"{"displayName":"q","id":"p","state":"on"}"#
        )

        #expect(try found([off, on], .conditionalAccessPolicies, "p", before, after) == [])
        #expect(
            try found([off, on, name], .conditionalAccessPolicies, "p", before, after)
                == ["exact name"])
    }

    @Test(arguments: [
        ("Delete application password for user", "Delete"),
        ("Remove users strong authentication phone app detail", "Update"),
        ("Delete FIDO2 security key(s)", "Delete"), ("Remove label from user", nil),
    ])
    func `who takes something of a user's away did not delete the user`(
        activity: String, type: String?
    ) throws {
        let other = MadeEvent(
            id: "other", activity: activity, type: type, by: MadeEvent.diego,
            targets: [("u", "User", [])])
        let deletion = MadeEvent(
            id: "own", at: "2026-11-01T01:10:00Z", activity: "Delete user", type: "Delete",
            targets: [("u", "User", [])])
        func deleted(_ events: [MadeEvent], _ type: GraphResource, _ ids: String...) throws
            -> [String]
        {
            try AuditIndex(events.map { try $0.event() }).matches(
                for: ObjectChange(type, ids: ids, kind: .deleted, read: read)
            ).map(\.event.id)
        }

        #expect(try deleted([other, deletion], .users, "u") == ["own"])
        #expect(try deleted([other], .users, "u") == [])
        #expect(try deleted([other], GraphResource.groups.children[1], "g", "u") == [])
    }

    // MARK: - Azure

    private static let group = "/subscriptions/s/resourceGroups/rg"
    private static let vault = "\(group)/providers/Microsoft.KeyVault/vaults/kv"

    private func azure(
        _ id: String, _ operation: String, on resource: String, claims: JSONDraft,
        at time: String = "2026-11-01T01:00:00Z"
    ) throws -> AuditEvent {
        let draft: JSONDraft = [
            "eventDataId": .string(id), "eventTimestamp": .string(time), "claims": claims,
            "operationName": ["value": .string(operation)], "status": ["value": "Succeeded"],
            "resourceId": .string(resource),
        ]
        return try #require(
            try AuditEvent(JSONValue(parsing: draft.bytes), of: .azure, activities: []))
    }

    private static let person: JSONDraft = [
        "http://schemas.microsoft.com/identity/claims/objectidentifier": "ad",
        "name": "Adele Vance", "appid": "tool",
    ]

    @Test func `the application somebody used is somebody else when it acts by itself`() throws {
        let index = AuditIndex([
            try azure(
                "e", "Microsoft.KeyVault/vaults/write", on: "/elsewhere", claims: Self.person)
        ])
        let object = try JSONValue(
            parsing: Array(
                #"{"systemData":{"lastModifiedAt":"2026-11-01T01:30:00Z","lastModifiedBy":"tool"}}"#
                    .utf8))
        let type = GraphResource.azureAccessPolicies
        let own = AuditEvent.statements(
            of: object, as: try #require(type.authorship), id: Self.vault,
            since: Moment(ticks: 0))

        let matches = index.matches(
            for: ObjectChange(
                type, ids: [Self.vault], kind: .updated, statements: own, read: read))

        #expect(matches.map { $0.actor?.id } == ["tool"])
        #expect(matches.map { $0.actor?.kind } == [.principal])
    }

    private static let right = "providers/Microsoft.Authorization/roleAssignments/a"

    private func rights(_ events: [AuditEvent], at place: String) -> [String] {
        AuditIndex(events).matches(
            for: ObjectChange(
                .azureRoleAssignments, ids: ["\(place)/\(Self.right)"], kind: .deleted,
                before: Array(#"{"id":"\#(place)/\#(Self.right)"}"#.utf8), read: read)
        ).map { "\($0.kind) \($0.event.id)" }
    }

    @Test func `rights go with the group of resources they are in, and with no other`() throws {
        let end = try azure(
            "end", "Microsoft.Resources/subscriptions/resourcegroups/delete",
            on: Self.group.replacing("resourceGroups", with: "resourcegroups"),
            claims: Self.person)
        let late = try azure(
            "late", "Microsoft.Resources/subscriptions/resourcegroups/delete", on: Self.group,
            claims: Self.person, at: "2026-11-01T03:00:00Z")

        #expect(rights([end], at: Self.group) == ["parent end"])
        #expect(rights([end], at: Self.vault) == ["parent end"])
        #expect(rights([end], at: "\(Self.group)2") == [])
        #expect(rights([end], at: "/subscriptions/s") == [])
        #expect(rights([late], at: Self.group) == [])
    }

    @Test func `who took a right away did so, whoever deleted the group afterwards`() throws {
        let end = try azure(
            "end", "Microsoft.Resources/subscriptions/resourcegroups/delete", on: Self.group,
            claims: Self.person)
        let own = try azure(
            "own", "Microsoft.Authorization/roleAssignments/delete",
            on: "\(Self.group)/\(Self.right)", claims: Self.person, at: "2026-11-01T00:59:00Z")

        #expect(rights([own, end], at: Self.group) == ["object own"])
    }
}
