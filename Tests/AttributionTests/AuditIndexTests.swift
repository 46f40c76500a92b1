import Attribution
import CanonicalJSON
import GraphCatalog
import Testing

struct AuditIndexTests {
    private let read = Moment(seconds: 1_793_498_400)

    private func change(
        _ type: GraphResource = .users, _ ids: [String] = ["u"],
        _ kind: ObjectChange.Kind = .updated, _ before: String? = nil, _ after: String? = nil,
        since: Moment? = nil
    ) -> ObjectChange {
        ObjectChange(
            type, ids: ids, kind: kind, before: before.map { Array($0.utf8) },
            after: after.map { Array($0.utf8) }, since: since, read: read)
    }

    /// The matches of a change as `kind id`, the newest first.
    private func found(_ events: [MadeEvent], _ change: ObjectChange, used: Set<String> = [])
        throws -> [String]
    {
        try AuditIndex(events.map { try $0.event() }, used: used).matches(for: change).map {
            "\($0.kind.rawValue) \($0.event.id)"
        }
    }

    private func update(
        _ id: String, _ properties: [(String, String?, String?)], at second: Int = 0
    ) -> MadeEvent {
        MadeEvent(
            id: id, at: "2026-11-01T01:00:0\(second)Z",
            targets: [("U", "User", properties)])
    }

    private func user(city: String, title: String = "x") -> String {
        #"{"city":"\#(city)","id":"u","jobTitle":"\#(title)"}"#
    }

    // MARK: - Updates

    @Test(arguments: [
        ("City", #"["a"]"#, #"["b"]"#), ("User.City", "\"a\"", "\"b\""),
        ("Included Updated Properties", nil, "\"JobTitle, City\""),
        ("Policy", #"{"city":"a"}"#, #"{"city":"b"}"#),
    ])
    func `a modified property that differs is exact`(name: String, old: String?, new: String?)
        throws
    {
        let change = change(.users, ["u"], .updated, user(city: "a"), user(city: "b"))

        #expect(try found([update("1", [(name, old, new)])], change) == ["exact 1"])
    }

    @Test func `what was put back has no author, and what is explained no second`() throws {
        let city = update("city", [("City", "\"a\"", "\"b\"")], at: 1)
        let title = update("title", [("JobTitle", "\"x\"", "\"y\"")], at: 2)
        let mute = update("mute", [("StrongAuthentication", nil, "1")], at: 3)

        let one = change(.users, ["u"], .updated, user(city: "a"), user(city: "b"))
        #expect(try found([city, title, mute], one) == ["exact city"])
        let both = change(
            .users, ["u"], .updated, user(city: "a"), user(city: "b", title: "y"))
        #expect(try found([city, mute], both) == ["object mute", "exact city"])
        #expect(try found([city, title, mute], both) == ["exact title", "exact city"])
    }

    @Test func `without a state before nothing is exact`() throws {
        let event = update("1", [("City", "\"a\"", "\"b\"")])

        #expect(
            try found([event], change(.users, ["u"], .created, nil, user(city: "b")))
                == ["object 1"])
        #expect(
            try found([event], change(.users, ["u"], .updated, nil, user(city: "b"))) == [
                "object 1"
            ])
    }

    @Test func `failures, later, earlier and used events and copies do not count`() throws {
        var failed = update("failed", [])
        failed.result = "failure"
        var late = update("late", [])
        late.at = "2026-11-01T02:00:00.0000001Z"
        let good = update("good", [])
        var old = update("old", [])
        old.at = "2026-10-31T01:00:00Z"
        let since = Moment("2026-10-31T02:00:00Z")

        let events = [failed, late, good, good, old, update("used", [])]

        #expect(try found(events, change(since: since), used: ["used"]) == ["object good"])
    }

    // MARK: - Lives

    @Test func `a deletion is the deleter's, a return the restorer's`() throws {
        let events = [
            update("update", []),
            MadeEvent(
                id: "delete", activity: "Delete user", type: "Delete",
                targets: [("u", "User", [])]),
            MadeEvent(
                id: "restore", at: "2026-11-01T01:30:00Z", activity: "Restore user", type: nil,
                targets: [("u", "User", [])]),
        ]

        #expect(try found(events, change(.users, ["u"], .deleted)) == ["object delete"])
        #expect(
            try found(Array(events.dropFirst()), change(.users, ["u"], .created))
                == ["object restore"])
        #expect(try found([events[1]], change()) == [])
    }

    // MARK: - Joins

    private let members = GraphResource.groups.children[1]

    private func membership(
        _ member: String, _ group: String, _ activity: String = "Add member to group"
    ) -> MadeEvent {
        MadeEvent(
            id: "\(member) in \(group)", activity: activity, type: "Assign",
            targets: [
                (member, "User", [("Group.ObjectID", nil, "\"\(group)\"")]), (group, "Group", []),
            ])
    }

    @Test func `a membership needs both ends, each in its place`() throws {
        let events = [
            membership("u", "g"), membership("g", "u"), membership("u", "h"), membership("v", "g"),
        ]

        #expect(try found(events, change(members, ["g", "u"], .created)) == ["parent u in g"])
        #expect(try found(events, change(members, ["g", "u"], .deleted)) == [])
        // It changes neither end.
        #expect(try found(events, change()) == [])
        #expect(try found(events, change(.groups, ["g"])) == [])
    }

    @Test func `a membership goes with either end, if nobody took it away`() throws {
        let gone = MadeEvent(
            id: "gone", activity: "Delete group", type: "Delete", targets: [("g", "Group", [])])
        let removal = membership("u", "g", "Remove member from group")

        let change = change(members, ["g", "u"], .deleted)
        #expect(try found([gone], change) == ["parent gone"])
        #expect(try found([gone, removal], change) == ["parent u in g"])
    }

    @Test func `a role assignment is known by principal and role template`() throws {
        func assign(_ principal: String, _ role: String) -> MadeEvent {
            MadeEvent(
                id: "\(principal) \(role)", activity: "Add member to role", type: "Assign",
                targets: [
                    (
                        principal, "User",
                        [
                            ("Role.ObjectID", nil, "\"other\""),
                            ("Role.TemplateId", nil, "\"\(role)\""),
                        ]
                    )
                ])
        }
        let assignment = #"{"id":"a","principalId":"U","roleDefinitionId":"r"}"#

        #expect(
            try found(
                [assign("u", "r"), assign("u", "s"), assign("v", "r")],
                change(.roleAssignments, ["a"], .created, nil, assignment)) == ["parent u r"])
    }

    // MARK: - Twins

    @Test func `PIM names the human, and its twin counts with it`() throws {
        let core = MadeEvent(
            id: "core", at: "2026-11-01T01:00:00Z", activity: "Add member to role",
            type: "Assign", by: MadeEvent.app("MS-PIM"),
            targets: [("u", "User", [("Role.TemplateId", nil, "\"r\"")])])
        var pim = MadeEvent(
            id: "PIM_1", at: "2026-11-01T01:00:04Z",
            activity: "Add member to role completed (PIM activation)", service: "PIM",
            type: "Assign", by: MadeEvent.diego,
            targets: [("r", "Role", []), ("u", "User", [])])
        let assignment = #"{"id":"a","principalId":"u","roleDefinitionId":"r"}"#
        let change = change(.roleAssignments, ["a"], .created, nil, assignment)

        let matches = try AuditIndex([pim.event(), core.event()]).matches(for: change)
        #expect(matches.map(\.event.id) == ["PIM_1"])
        #expect(matches.flatMap(\.twins).map(\.id) == ["core"])
        #expect(matches.actors.map(\.name) == ["Diego Siciliani"])

        pim.by = ["user": ["id": "x", "displayName": "Azure AD PIM"], "app": nil]
        let expired = try AuditIndex([pim.event(), core.event()]).matches(for: change)
        #expect(expired.map(\.event.id) == ["PIM_1"])
        #expect(expired.actors.map(\.name) == ["Azure AD PIM (SP)"])
    }

    @Test
    func `conditional access and the directory log one act, others within the minute their own`()
        throws
    {
        func event(_ id: String, _ service: String, _ second: Int, _ by: Int) -> MadeEvent {
            MadeEvent(
                id: id, at: "2026-11-01T01:00:0\(second)Z", activity: "Update policy",
                service: service, by: by == 0 ? MadeEvent.adele : MadeEvent.diego,
                targets: [("p", "Policy", [])])
        }
        let events = [
            event("a", "Conditional Access", 1, 0), event("a2", "Core Directory", 2, 0),
            event("d", "Conditional Access", 3, 1), event("d2", "Core Directory", 3, 1),
        ]

        let matches = try AuditIndex(events.map { try $0.event() }).matches(
            for: change(.conditionalAccessPolicies, ["p"]))

        #expect(matches.map(\.event.id) == ["d", "a"])
        #expect(matches.map { $0.twins.map(\.id) } == [["d2"], ["a2"]])
        #expect(matches.actors.map(\.name) == ["Diego Siciliani", "Adele Vance"])
    }

    @Test func `somebody renamed is one author, by the newest name`() throws {
        var first = update("1", [])
        first.by = MadeEvent.person("adele", name: "Adele Before")
        var last = update("3", [], at: 3)
        last.by = MadeEvent.person("adele", name: nil)

        let matches = try AuditIndex([first, update("2", [], at: 2), last].map { try $0.event() })
            .matches(for: change())

        #expect(matches.count == 3)
        #expect(matches.actors.map(\.name) == ["Adele Vance"])
    }

    // MARK: - Activities

    @Test func `a singleton is known by an activity that says what it changed`() throws {
        func event(_ id: String, _ activity: String, _ property: String) -> MadeEvent {
            MadeEvent(
                id: id, activity: activity,
                targets: [("internal", "Policy", [(property, "\"a\"", "\"b\"")])])
        }
        let events = [
            event("own", "Update authorization policy", "AllowInvitesFrom"),
            event("other", "Update policy", "AllowExternalIdentitiesToLeave"),
            event("mute", "Update policy", "Else"),
        ]
        let change = change(
            .authorizationPolicy, ["authorizationPolicy"], .updated,
            #"{"allowInvitesFrom":"a"}"#, #"{"allowInvitesFrom":"b"}"#)

        #expect(try found(events, change) == ["activity own"])
        #expect(try found(Array(events.dropFirst()), change) == [])
    }

    @Test func `a list in one file differs where its objects do, each by its ID`() throws {
        func list(_ text: String) -> String {
            #"[{"id":"0","signInPageText":"old"},{"id":"de-DE","signInPageText":"\#(text)"}]"#
        }
        func event(_ id: String, _ property: String, _ old: String, _ new: String) -> MadeEvent {
            MadeEvent(
                id: id, activity: "Set Company Information",
                targets: [
                    ("inside-\(id)", "Directory", [(property, "[\"\(old)\"]", "[\"\(new)\"]")])
                ])
        }
        let events = [
            event("own", "SignInPageText", "a", "b"), event("other", "City", "a", "b"),
            event("else", "SignInPageText", "a", "c"),
        ]
        let change = change(.brandingLocalizations, [""], .updated, list("a"), list("b"))

        #expect(try found(events, change) == ["activity own"])
    }

    // MARK: - Asking first

    @Test func `what may match is asked without reading the object`() throws {
        let index = try AuditIndex([update("1", []), membership("v", "G")].map { try $0.event() })
        func mayMatch(_ type: GraphResource, _ id: String, _ parent: String? = nil) -> Bool {
            index.mayMatch(
                type, id: Array(id.utf8)[...], parent: parent.map { Array($0.utf8)[...] })
        }

        #expect(mayMatch(.users, "U") && mayMatch(.users, "u") && mayMatch(members, "x", "g"))
        #expect(!mayMatch(.users, "w") && !mayMatch(members, "w", "h"))
        #expect(mayMatch(.roleAssignments, "a") && mayMatch(.authorizationPolicy, "p"))
    }
}
