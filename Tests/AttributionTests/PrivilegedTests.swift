import Attribution
import CanonicalJSON
import GraphCatalog
import Testing

/// Privileged Identity Management logs more than it does, and all it does twice.
struct PrivilegedTests {
    private let read = Moment(seconds: 1_793_498_400)

    /// PIM's own event, which names all that is concerned and calls everything an update.
    private func own(
        _ id: String, _ activity: String, at second: Int = 4, by: JSONDraft = MadeEvent.adele,
        role: String = "r",
        _ others: [(String, String)] = [("u", "User"), ("tenant", "Directory")],
        type: String = "Update"
    ) -> MadeEvent {
        MadeEvent(
            id: id, at: "2026-11-01T01:00:0\(second)Z", activity: activity, service: "PIM",
            type: type, by: by,
            targets: [(role, "Role", [("TemplateId", "\"\"", "\"\(role)\"")])]
                + others.map { ($0.0, $0.1, []) }, names: [role: "Role \(role)"])
    }

    /// What the directory notes of the same.
    private func core(_ activity: String, isEnd: Bool = false, role: String = "r") -> MadeEvent {
        let (old, new) = isEnd ? ("\"\(role)\"", nil) : (nil, "\"\(role)\"")
        return MadeEvent(
            id: "core", at: "2026-11-01T01:00:01Z", activity: activity,
            type: isEnd ? "Unassign" : "Assign", by: MadeEvent.app("MS-PIM"),
            targets: [("u", "User", [("Role.TemplateId", old, new)])])
    }

    private func matches(
        _ events: [MadeEvent], _ type: GraphResource, _ kind: ObjectChange.Kind, _ object: String,
        was: String? = nil, ids: [String] = ["x"]
    ) throws -> [Match] {
        try AuditIndex(events.map { try $0.event() }).matches(
            for: ObjectChange(
                type, ids: ids, kind: kind,
                before: kind == .created ? nil : Array((was ?? object).utf8),
                after: kind == .deleted ? nil : Array(object.utf8), read: read))
    }

    private let eligibility = #"{"id":"x","principalId":"u","roleDefinitionId":"r"}"#

    @Test func `an eligibility was given and taken by whoever asked for it`() throws {
        let given = [
            own("asked", "Add eligible member to role in PIM requested (permanent)", at: 0),
            core("Add eligible member to role"),
            own("done", "Add eligible member to role in PIM completed (permanent)"),
        ]
        let taken = [
            own("asked", "Remove eligible member from role in PIM requested (timebound)", at: 0),
            core("Remove eligible member from role", isEnd: true),
            own("done", "Remove eligible member from role in PIM completed (timebound)"),
        ]

        for (events, kind) in [(given, ObjectChange.Kind.created), (taken, .deleted)] {
            let found = try matches(events, .pimDirectoryRoles, kind, eligibility)
            #expect(found.map(\.event.id) == ["done"] && found.map(\.kind) == [.parent])
            #expect(found.flatMap(\.twins).map(\.id) == ["core"])
            #expect(found.actors.map(\.name) == ["Adele Vance"])
        }
        #expect(try matches(given, .pimDirectoryRoles, .deleted, eligibility).isEmpty)
    }

    @Test func `what expires has the service that saw to it, and no person`() throws {
        let service: JSONDraft = [
            "user": ["id": "x", "displayName": "Azure AD PIM", "userPrincipalName": nil],
            "app": nil,
        ]
        let end = own(
            "done", "Remove eligible member from role in PIM completed (timebound)", by: service,
            type: "Delete")

        let found = try matches(
            [core("Remove eligible member from role", isEnd: true), end], .pimDirectoryRoles,
            .deleted, eligibility)

        #expect(found.actors.map(\.name) == ["Azure AD PIM (SP)"])
        #expect(found.actors.map(\.kind) == [.service])
    }

    @Test(arguments: [
        "Add member to role requested (PIM activation)",
        "Add member to role request approved (PIM activation)",
        "Add member to role request denied (PIM activation)",
        "Add member to role canceled (PIM activation)",
        "Add member to role in PIM requested (timebound)",
    ])
    func `what is only asked for, allowed, refused or taken back is no act`(activity: String) throws
    {
        let asked = own("asked", activity, at: 0, by: MadeEvent.diego)
        let done = own("done", "Add member to role completed (PIM activation)")

        let alone = try matches([asked], .roleAssignments, .created, eligibility)
        let both = try matches([asked, done], .roleAssignments, .created, eligibility)

        #expect(alone.isEmpty && both.map(\.event.id) == ["done"])
        #expect(try AuditIndex([asked.event()]).unexplained(besides: []).isEmpty)
    }

    // MARK: - Groups

    private func ofGroup(_ id: String, _ role: String, by: JSONDraft) -> MadeEvent {
        MadeEvent(
            id: id, activity: "Add eligible member to role in PIM completed (permanent)",
            service: "PIM", by: by,
            targets: [(role, "Role", []), ("u", "User", []), ("g", "Group", [])],
            names: [role: role])
    }

    @Test(arguments: [("member", "Adele Vance"), ("owner", "Diego Siciliani")])
    func `a group's members are one role and its owners another`(
        role: String, author: String
    ) throws {
        let events = [
            ofGroup("1", "Member", by: MadeEvent.adele), ofGroup("2", "Owner", by: MadeEvent.diego),
        ]
        func object(of group: String) -> String {
            #"{"accessId":"\#(role)","groupId":"\#(group)","id":"x","principalId":"u"}"#
        }

        let found = try matches(events, .pimGroups, .created, object(of: "g"))
        let other = try matches(events, .pimGroups, .created, object(of: "h"))

        #expect(found.actors.map(\.name) == [author])
        #expect(other.isEmpty)
    }

    // MARK: - What a role takes

    @Test func `a role's settings are known by the role`() throws {
        let events = [
            own("1", "Update role setting in PIM"),
            own("2", "Update role setting in PIM", by: MadeEvent.diego, role: "s"),
        ]
        func policy(_ isOn: Bool) -> String {
            #"{"id":"x","policy":{"isOn":\#(isOn)},"roleDefinitionId":"r"}"#
        }

        let found = try matches(
            events, .pimDirectoryRolePolicies, .updated, policy(true), was: policy(false))

        #expect(found.map(\.event.id) == ["1"])
    }

    @Test func `a group's settings are known by the group and the role`() throws {
        let setting = MadeEvent(
            id: "1", activity: "Update role setting in PIM", service: "PIM",
            targets: [("m", "Role", []), ("g", "Group", [])], names: ["m": "Member"])
        func policy(_ role: String, _ isOn: Bool) -> String {
            #"{"id":"x","isOn":\#(isOn),"roleDefinitionId":"\#(role)","scopeId":"g"}"#
        }

        for (role, count) in [("member", 1), ("owner", 0)] {
            let found = try matches(
                [setting], .pimGroupPolicies, .updated, policy(role, true), was: policy(role, false)
            )
            #expect(found.count == count)
        }
    }

    @Test func `PIM's events name the tenant and are none about it, nor twins of those that are`()
        throws
    {
        let company = MadeEvent(
            id: "company", at: "2026-11-01T01:00:02Z", activity: "Set Company Information",
            targets: [("tenant", "Directory", [("DisplayName", "\"a\"", "\"b\"")])])
        let setting = own("1", "Update role setting in PIM")
        func named(_ name: String) -> String { #"{"displayName":"\#(name)","id":"tenant"}"# }

        let both = try matches(
            [setting, company], .organization, .updated, named("b"), was: named("a"),
            ids: ["tenant"])
        let alone = try matches(
            [setting], .organization, .updated, named("b"), was: named("a"), ids: ["tenant"])

        #expect(both.map(\.event.id) == ["company"] && both.flatMap(\.twins).isEmpty)
        #expect(alone.isEmpty)
    }
}
