import Attribution
import CanonicalJSON
import GraphCatalog
import Testing

/// Events of Azure's and Intune's logs, and what objects say themselves.
struct LogEventTests {
    private static let place =
        "/subscriptions/S1/providers/Microsoft.Authorization/roleAssignments/A-1"
    private static let objectID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
    private static let address = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"
    private let read = Moment(seconds: 1_793_498_400)

    private func azure(
        _ id: String = "e1", _ operation: String = "Microsoft.Authorization/roleAssignments/write",
        status: String = "Succeeded", at: String = "2026-11-01T01:00:00.5Z",
        on resource: String = place, caller: String? = "adele@contoso.com",
        claims: JSONDraft = [
            "name": "Adele Vance", "\(objectID)": "AD", "\(address)": "adele@contoso.com",
        ]
    ) throws -> AuditEvent? {
        let draft: JSONDraft = [
            "eventDataId": .string(id), "eventTimestamp": .string(at),
            "caller": caller.map(JSONDraft.string) ?? .null, "claims": claims,
            "operationName": ["value": .string(operation), "localizedValue": "Create it"],
            "status": ["value": .string(status)], "resourceId": .string(resource),
        ]
        return try AuditEvent(
            JSONValue(parsing: draft.bytes), of: .azure,
            activities: GraphResource.azureRoleAssignments.audit.activities)
    }

    private func assignment(_ members: String) -> [UInt8] {
        Array(#"{"id":"\#(Self.place)","properties":{\#(members)}}"#.utf8)
    }

    private func statements(_ members: String, since: Moment? = nil) throws -> [AuditEvent] {
        let type = GraphResource.azureRoleAssignments
        return AuditEvent.statements(
            of: try JSONValue(parsing: assignment(members)), as: try #require(type.authorship),
            id: Self.place, since: since ?? Moment(ticks: 0))
    }

    private func found(
        _ events: [AuditEvent?], _ statements: [AuditEvent] = [],
        _ kind: ObjectChange.Kind = .created, _ type: GraphResource = .azureRoleAssignments,
        id: String = place, _ object: String = "{}"
    ) -> [Match] {
        AuditIndex(events.compactMap(\.self)).matches(
            for: ObjectChange(
                type, ids: [id], kind: kind,
                before: kind == .created ? nil : Array(object.utf8),
                after: kind == .deleted ? nil : Array(object.utf8), statements: statements,
                read: read))
    }

    // MARK: - Azure

    @Test func `an operation that succeeded is found by the resource, in any case of letters`()
        throws
    {
        let event = try azure(on: Self.place.uppercased())

        let matches = found([event])

        #expect(matches.map(\.kind) == [.object])
        #expect(matches.actors.map(\.name) == ["Adele Vance"])
        #expect(matches.actors.map(\.email) == ["adele@contoso.com"])
        #expect(matches.actors.map(\.id) == ["ad"])
        #expect(matches[0].event.activity == "Create it")
    }

    @Test(arguments: ["Started", "Accepted", "Failed"])
    func `what did not succeed is no event`(status: String) throws {
        #expect(try azure(status: status) == nil)
    }

    @Test func `what the type does not ask for is no event, and a deletion is one`() throws {
        let delete = "Microsoft.Authorization/roleAssignments/delete"

        #expect(try azure("e", "Microsoft.Authorization/policyAssignments/write") == nil)
        #expect(found([try azure("e", delete)]).isEmpty)
        #expect(found([try azure("e", delete)], [], .deleted).map(\.event.id) == ["e"])
        #expect(found([try azure()], [], .deleted).isEmpty)
    }

    @Test func `an application is known by its service principal, whatever the caller is`() throws {
        let claims: JSONDraft = ["\(Self.objectID)": "SP-1", "appid": "app-1"]

        let event = try azure(caller: "app-1", claims: claims)
        let bare = try azure(caller: "app-1", claims: .null)
        let nobody = try azure(caller: nil, claims: .null)

        #expect(event?.actor?.id == "sp-1" && event?.actor?.kind == .application)
        #expect(bare?.actor?.id == "app-1")
        #expect(nobody != nil && nobody?.actor == nil)
    }

    @Test func `a role has another path at each scope, and a vault's policies are the vault's`()
        throws
    {
        let guid = "5b1c6a70-9f4d-4c58-8b0f-6d0a3a5f7c01"
        let vault = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/kv"
        func event(_ type: GraphResource, _ operation: String, _ resource: String) throws
            -> AuditEvent?
        {
            let draft: JSONDraft = [
                "eventDataId": "e", "eventTimestamp": "2026-11-01T01:00:00Z",
                "operationName": ["value": .string(operation)],
                "status": ["value": "Succeeded"], "resourceId": .string(resource),
            ]
            return try AuditEvent(
                JSONValue(parsing: draft.bytes), of: .azure, activities: type.audit.activities)
        }
        let role = try event(
            .azureRoleDefinitions, "Microsoft.Authorization/roleDefinitions/write",
            "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/\(guid)")
        let policy = try event(
            .azureAccessPolicies, "MICROSOFT.KEYVAULT/VAULTS/ACCESSPOLICIES/WRITE",
            "\(vault)/accessPolicies/add")
        let secret = try event(
            .azureAccessPolicies, "Microsoft.KeyVault/vaults/secrets/write", "\(vault)/secrets/s")

        #expect(found([role], [], .updated, .azureRoleDefinitions, id: guid).count == 1)
        #expect(found([policy], [], .updated, .azureAccessPolicies, id: vault).count == 1)
        #expect(secret == nil)
    }

    @Test func `a policy of a role is known by the ID its assignment names`() throws {
        let policy = "/providers/Microsoft.Authorization/roleManagementPolicies/P"
        let draft: JSONDraft = [
            "eventDataId": "e", "eventTimestamp": "2026-11-01T01:00:00Z",
            "operationName": ["value": "Microsoft.Authorization/roleManagementPolicies/write"],
            "status": ["value": "Succeeded"], "resourceId": .string(policy),
        ]
        let type = GraphResource.azureRolePolicies
        let event = try AuditEvent(
            JSONValue(parsing: draft.bytes), of: .azure, activities: type.audit.activities)

        let own = found(
            [event], [], .updated, type, id: "x", #"{"properties":{"policyId":"\#(policy)"}}"#)
        let other = found(
            [event], [], .updated, type, id: "x", #"{"properties":{"policyId":"\#(policy)2"}}"#)

        #expect(own.map(\.kind) == [.object])
        #expect(other.isEmpty)
    }

    // MARK: - What objects say

    private let made =
        #""createdBy":"AD","createdOn":"2026-11-01T01:00:00.1Z","#
        + #""updatedBy":"di","updatedOn":"2026-11-01T01:30:00Z""#

    @Test func `an object says who created it and who changed it last`() throws {
        let own = try statements(made)

        #expect(
            own.map(\.activity) == [
                "createdBy of the object itself", "updatedBy of the object itself",
            ])
        let matches = found([], own)
        #expect(matches.map(\.kind) == [.object, .object])
        #expect(matches.actors.map(\.name) == ["di", "ad"])
        #expect(own.allSatisfy { $0.isStatement && $0.id.hasPrefix(Self.place) })
    }

    @Test func `an object as it was made has one author, and none from before the window`() throws {
        let same =
            #""createdBy":"ad","createdOn":"2026-11-01T01:00:00Z","#
            + #""updatedBy":"ad","updatedOn":"2026-11-01T01:00:00Z""#

        #expect(try statements(same).count == 1)
        #expect(try statements(same, since: Moment("2026-11-01T01:00:01Z")).isEmpty)
        #expect(
            try statements(made, since: Moment("2026-11-01T01:10:00Z")).map(\.activity)
                == ["updatedBy of the object itself"])
        #expect(
            try statements(
                #""createdBy":"","createdOn":"2026-11-01T01:00:00Z","updatedBy":null,"updatedOn":1"#
            ).isEmpty)
    }

    @Test func `what is said to have been done after the reading does not count`() throws {
        let late = #""updatedBy":"ad","updatedOn":"2026-11-01T03:00:00Z""#

        #expect(found([], try statements(late), .updated).isEmpty)
    }

    @Test func `what a log tells too is told once, with what the log knows`() throws {
        let matches = found([try azure()], try statements(made))

        #expect(matches.map(\.event.id) == ["\(Self.place)#updatedBy", "e1"])
        #expect(matches.actors.map(\.name) == ["di", "Adele Vance"])
    }

    @Test func `somebody is one person by whatever an object calls them`() throws {
        let event = try azure(at: "2026-10-31T01:00:00Z", on: "/elsewhere")
        for name in ["AD", "ad", "Adele@contoso.com"] {
            let own = try statements(#""createdBy":"\#(name)","createdOn":"2026-11-01T01:00:00Z""#)

            #expect(found([event], own).actors.map(\.name) == ["Adele Vance"])
        }
    }

    @Test func `two people's acts count for both, as the log has the one who was not last`() throws
    {
        let matches = found([try azure()], try statements(made).suffix(1), .updated)

        #expect(matches.actors.map(\.name) == ["di", "Adele Vance"])
    }

    @Test func `events are read back from what is noted of them`() throws {
        let events = try [#require(try azure())] + statements(made)
        let intune = try #require(try intune(actor: Self.adele))

        for event in events + [intune] {
            let noted = try #require(try AuditEvent(noted: JSONValue(parsing: event.evidence)))
            #expect(noted.id == event.id && noted.time == event.time)
            #expect(noted.actor == event.actor && noted.isStatement == event.isStatement)
            #expect(noted.targets.map(\.id) == event.targets.map(\.id))
        }
        #expect(try AuditEvent(noted: JSONValue(parsing: Array(#"{"id":"x"}"#.utf8))) == nil)
    }

    // MARK: - Intune

    private func intune(
        _ operation: String = "Patch", type: String = "RoleDefinition", actor: JSONDraft,
        _ property: (String, String, String)? = nil, result: String = "Success"
    ) throws -> AuditEvent? {
        let changed = property.map { name, old, new -> [JSONDraft] in
            [["displayName": .string(name), "oldValue": .string(old), "newValue": .string(new)]]
        }
        let draft: JSONDraft = [
            "id": "i1", "displayName": .string("\(operation) \(type)"), "activity": .null,
            "activityDateTime": "2026-11-01T01:00:00Z",
            "activityOperationType": .string(operation), "activityResult": .string(result),
            "category": "Role", "actor": actor,
            "resources": [
                [
                    "resourceId": "R1", "auditResourceType": .string(type),
                    "modifiedProperties": .array(changed ?? []),
                ]
            ],
        ]
        return try AuditEvent(
            JSONValue(parsing: draft.bytes), of: .intune,
            activities: GraphResource.intuneRoleDefinitions.audit.activities)
    }

    private static let adele: JSONDraft = [
        "auditActorType": "ItPro", "userId": "AD", "userPrincipalName": "adele@contoso.com",
        "applicationDisplayName": "Portal",
    ]

    @Test func `Intune's events match by the property that differs, else by the object`() throws {
        func matches(_ event: AuditEvent?) -> [Match] {
            AuditIndex([event].compactMap(\.self)).matches(
                for: ObjectChange(
                    .intuneRoleDefinitions, ids: ["r1"], kind: .updated,
                    before: Array(#"{"description":"a","id":"r1"}"#.utf8),
                    after: Array(#"{"description":"b","id":"r1"}"#.utf8), read: read))
        }
        let exact = try intune(actor: Self.adele, ("Description", "a", "b"))
        let mute = try intune(actor: Self.adele)

        #expect(matches(exact).map(\.kind) == [.exact])
        #expect(matches(mute).map(\.kind) == [.object])
        #expect(matches(exact).actors.map(\.email) == ["adele@contoso.com"])
        #expect(try matches(intune(actor: Self.adele, result: "Failure")).isEmpty)
        #expect(try matches(intune("Delete", actor: Self.adele)).isEmpty)
    }

    @Test func `what has no address is an application`() throws {
        let event = try intune(
            actor: [
                "auditActorType": "Application", "applicationId": "APP",
                "applicationDisplayName": "Robot", "userPrincipalName": "",
            ])

        #expect(event?.actor?.name == "Robot (SP)")
        #expect(event?.actor?.id == "app")
    }
}
