import Attribution
import GraphCatalog
import Testing

/// Acts that get in each other's way between two runs.
struct EntangledTests {
    private func at(_ minute: Int) -> String {
        "2026-11-01T01:\(minute < 10 ? "0" : "")\(minute):00.0000001Z"
    }

    /// An act on one object, by its minute.
    private func act(
        _ id: String, _ minute: Int, _ activity: String = "Update user", type: String? = "Update",
        on target: String = "u", changing properties: [(String, String?, String?)] = []
    ) -> MadeEvent {
        MadeEvent(
            id: id, at: at(minute), activity: activity, type: type,
            by: MadeEvent.person(id, name: id),
            targets: [(target, kind(of: activity), properties)])
    }

    /// Of what the activity says it is about.
    private func kind(of activity: String) -> String {
        ["Group", "Policy"].first { activity.hasSuffix($0.lowercased()) } ?? "User"
    }

    private func authors(
        _ events: [MadeEvent], _ type: GraphResource = .users, _ ids: [String] = ["u"],
        _ kind: ObjectChange.Kind = .updated, _ before: String? = nil, _ after: String? = nil,
        known: Set<String> = []
    ) throws -> [String] {
        let index = AuditIndex(
            try events.map { try $0.event() }, isKnown: { known.contains($0) })
        return index.matches(
            for: ObjectChange(
                type, ids: ids, kind: kind, before: before.map { Array($0.utf8) },
                after: after.map { Array($0.utf8) }, read: Moment(seconds: 1_793_498_400))
        ).map { "\($0.actor?.name ?? "nobody") \($0.kind)" }
    }

    private func user(_ city: String, _ title: String = "x") -> String {
        #"{"city":"\#(city)","id":"u","jobTitle":"\#(title)"}"#
    }

    // MARK: - One object

    @Test func `two who set one property are both authors`() throws {
        let events = [
            act("adele", 1, changing: [("City", "\"a\"", "\"b\"")]),
            act("diego", 2, changing: [("City", "\"b\"", "\"c\"")]),
        ]

        let found = try authors(events, .users, ["u"], .updated, user("a"), user("c"))
        #expect(found == ["diego exact", "adele exact"])
    }

    @Test func `who set a property and who put it back are no authors of another's change`()
        throws
    {
        let events = [
            act("adele", 1, changing: [("City", "\"a\"", "\"b\"")]),
            act("lee", 2, changing: [("JobTitle", "\"x\"", "\"y\"")]),
            act("diego", 3, changing: [("City", "\"b\"", "\"a\"")]),
        ]

        let found = try authors(events, .users, ["u"], .updated, user("a"), user("a", "y"))
        #expect(found == ["lee exact"])
    }

    @Test func `what somebody does elsewhere is none of their own object's changes`() throws {
        let own = act("u", 1, on: "u", changing: [("City", "\"a\"", "\"b\"")])
        let elsewhere = act("u", 2, on: "other", changing: [("City", "\"a\"", "\"b\"")])

        #expect(
            try authors([own, elsewhere], .users, ["u"], .updated, user("a"), user("b"))
                == ["u exact"])
        #expect(try authors([elsewhere], .users, ["u"], .updated, user("a"), user("b")) == [])
    }

    @Test func `a renamed group and a new member in it have their own authors`() throws {
        let members = GraphResource.groups.children[1]
        let rename = MadeEvent(
            id: "rename", at: at(1), activity: "Update group",
            by: MadeEvent.person("adele", name: "adele"),
            targets: [("g", "Group", [("DisplayName", "\"a\"", "\"b\"")])])
        let joined = MadeEvent(
            id: "join", at: at(2), activity: "Add member to group", type: "Assign",
            by: MadeEvent.person("diego", name: "diego"),
            targets: [
                (
                    "u", "User",
                    [("Group.ObjectID", nil, "\"g\""), ("Group.DisplayName", nil, "\"b\"")]
                ),
                ("g", "Group", []),
            ])

        let group = try authors(
            [rename, joined], .groups, ["g"], .updated, #"{"displayName":"a","id":"g"}"#,
            #"{"displayName":"b","id":"g"}"#)
        #expect(group == ["adele exact"])
        #expect(
            try authors([rename, joined], members, ["g", "u"], .created) == ["diego parent"])
        #expect(try authors([rename, joined], .users, ["u"]) == [])
    }

    // MARK: - Coming and going

    @Test func `what was restored in between was deleted by the last`() throws {
        let deletion = act("adele", 1, "Delete user", type: "Delete")
        let restoration = act("diego", 2, "Restore user", type: nil)
        let last = act("lee", 3, "Delete user", type: "Delete")
        let wiping = act("megan", 4, "Hard Delete user", type: "Delete")

        let events = [deletion, restoration, last, wiping]
        #expect(try authors(events, .users, ["u"], .deleted, user("a")) == ["lee object"])
        #expect(
            try authors([deletion, wiping], .users, ["u"], .deleted, user("a"))
                == ["adele object"])
        // Deleted and restored: of what differs then, neither is an author.
        let update = act("lee", 3, changing: [("City", "\"a\"", "\"b\"")])
        #expect(
            try authors(
                [deletion, restoration, update], .users, ["u"], .updated, user("a"), user("b"))
                == ["lee exact"])
    }

    @Test func `members go and come back with what was deleted and restored`() throws {
        let members = GraphResource.groups.children[1]
        let deletion = act("adele", 1, "Delete group", type: "Delete", on: "g")
        let restoration = act("diego", 2, "Restore group", type: nil, on: "g")
        let again = act("lee", 3, "Delete group", type: "Delete", on: "g")

        #expect(
            try authors([deletion, restoration, again], members, ["g", "u"], .deleted)
                == ["lee parent"])
        #expect(
            try authors([restoration], members, ["g", "u"], .created) == ["diego parent"])
    }

    @Test func `who let somebody in whom others threw out and in is no author`() throws {
        let members = GraphResource.groups.children[1]
        func membership(_ id: String, _ minute: Int, _ activity: String) -> MadeEvent {
            MadeEvent(
                id: id, at: at(minute), activity: activity,
                type: activity.hasPrefix("Add") ? "Assign" : "Unassign",
                by: MadeEvent.person(id, name: id),
                targets: [("u", "User", [("Group.ObjectID", nil, "\"g\"")]), ("g", "Group", [])])
        }
        let events = [
            membership("adele", 1, "Add member to group"),
            membership("diego", 2, "Remove member from group"),
            membership("lee", 3, "Add member to group"),
        ]

        #expect(try authors(events, members, ["g", "u"], .created) == ["lee parent"])
        #expect(
            try authors(Array(events.dropFirst()), members, ["g", "u"], .deleted)
                == ["diego parent"])
    }

    @Test func `a join the catalog has no word for needs both ends, and deletes neither`() throws {
        let kin = GraphResource(
            "kin", path: "kin", folder: "Kin", groups: ["All"],
            permissions: Permissions("Directory.Read.All"))
        func parting(_ holder: String) -> MadeEvent {
            MadeEvent(
                id: holder, at: at(1), activity: "Remove relation from household", type: "Unassign",
                targets: [("u", "User", [("Household.ObjectID", "\"\(holder)\"", nil)])])
        }

        let found = try authors([parting("h"), parting("other")], kin, ["h", "u"], .deleted)
        #expect(found == ["Adele Vance parent"])
        #expect(try authors([parting("h")], .users, ["u"], .deleted, user("a")) == [])
        let members = GraphResource.groups.children[1]
        #expect(try authors([parting("h")], members, ["g", "u"], .deleted) == [])
    }

    // MARK: - PIM

    @Test func `an activation and its twin are the human's, and another's grant stays theirs`()
        throws
    {
        func role(_ name: String) -> [(String, String?, String?)] {
            [("Role.TemplateId", nil, "\"\(name)\"")]
        }
        let core = MadeEvent(
            id: "core", at: at(1), activity: "Add member to role", type: "Assign",
            by: MadeEvent.app("MS-PIM"), targets: [("u", "User", role("r"))])
        let activation = MadeEvent(
            id: "PIM_1", at: at(1), activity: "Add member to role completed (PIM activation)",
            service: "PIM", type: "Assign", by: MadeEvent.diego,
            targets: [("r", "Role", []), ("u", "User", [])])
        let other = MadeEvent(
            id: "other", at: at(1), activity: "Add member to role", type: "Assign",
            by: MadeEvent.adele, targets: [("u", "User", role("s"))])

        func assignment(_ role: String) -> String {
            #"{"id":"a","principalId":"u","roleDefinitionId":"\#(role)"}"#
        }
        let events = [other, core, activation]
        #expect(
            try authors(events, .roleAssignments, ["a"], .created, nil, assignment("r"))
                == ["Diego Siciliani parent"])
        #expect(
            try authors(events, .roleAssignments, ["a"], .created, nil, assignment("s"))
                == ["Adele Vance parent"])
    }

    // MARK: - Settings

    private let consent = GraphResource.adminConsentRequestPolicy

    private func setting(
        _ id: String, _ minute: Int, on inside: String, _ old: String, _ new: String
    )
        -> MadeEvent
    {
        act(
            id, minute, "Update policy", on: inside,
            changing: [("IsEnabled", "[\(old)]", "[\(new)]")])
    }

    @Test func `a setting is known by the story of the object inside that holds it`() throws {
        let events = [
            setting("adele", 1, on: "inside-1", "false", "true"),
            setting("diego", 2, on: "inside-1", "true", "false"),
            setting("lee", 3, on: "inside-1", "false", "true"),
            setting("megan", 4, on: "inside-2", "false", "true"),
            setting("vera", 5, on: "inside-2", "true", "false"),
        ]

        let found = try authors(
            events, consent, [""], .updated, #"{"isEnabled":false}"#, #"{"isEnabled":true}"#)
        #expect(found == ["lee activity", "diego activity", "adele activity"])
    }

    @Test func `events about an object that the tenant has tell nothing of a setting`() throws {
        let other = setting("adele", 1, on: "policy-1", "false", "true")
        let own = setting("diego", 2, on: "inside-1", "false", "true")
        let states = (#"{"isEnabled":false}"#, #"{"isEnabled":true}"#)

        #expect(
            try authors(
                [other, own], consent, [""], .updated, states.0, states.1, known: ["policy-1"])
                == ["diego activity"])
        #expect(
            try authors([other], consent, [""], .updated, states.0, states.1, known: ["policy-1"])
                == [])
        // Nor do those about one that is gone.
        let gone = act("lee", 3, "Delete policy", type: "Delete", on: "policy-1")
        #expect(
            try authors([other, own, gone], consent, [""], .updated, states.0, states.1)
                == ["diego activity"])
    }
}
