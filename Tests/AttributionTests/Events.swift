import Attribution
import CanonicalJSON
import Testing

/// A made-up event; what a test does not say is as the directory has it.
struct MadeEvent {
    static let adele: JSONDraft = person("adele", name: "Adele Vance")
    static let diego: JSONDraft = person("diego", name: "Diego Siciliani")

    var id = "1"
    var at = "2026-11-01T01:00:00.0000001Z"
    var activity = "Update user"
    var service = "Core Directory"
    var type: String? = "Update"
    var result = "success"
    var by: JSONDraft = Self.adele
    /// Each an ID with the properties that changed there.
    var targets: [(id: String, type: String, properties: [(String, String?, String?)])] = []
    /// Display names of targets, by their IDs.
    var names: [String: String] = [:]

    static func person(_ id: String, name: String?) -> JSONDraft {
        [
            "user": [
                "id": .string(id), "displayName": name.map(JSONDraft.string) ?? .null,
                "userPrincipalName": "\(id)@contoso.com",
            ], "app": nil,
        ]
    }

    static func app(_ name: String?, id: String? = nil) -> JSONDraft {
        [
            "user": nil,
            "app": [
                "appId": nil, "displayName": name.map(JSONDraft.string) ?? .null,
                "servicePrincipalId": id.map(JSONDraft.string) ?? .null,
            ],
        ]
    }

    var json: [UInt8] {
        func text(_ value: String?) -> JSONDraft { value.map(JSONDraft.string) ?? .null }
        let targets = self.targets.map { target -> JSONDraft in
            let properties = target.properties.map { name, old, new -> JSONDraft in
                ["displayName": .string(name), "oldValue": text(old), "newValue": text(new)]
            }
            return [
                "id": .string(target.id), "type": .string(target.type),
                "displayName": text(names[target.id]),
                "modifiedProperties": .array(properties),
            ]
        }
        let draft: JSONDraft = [
            "id": .string(id), "activityDateTime": .string(at), "result": .string(result),
            "activityDisplayName": .string(activity), "loggedByService": .string(service),
            "operationType": text(type), "initiatedBy": by, "targetResources": .array(targets),
        ]
        return draft.bytes
    }

    func event(_ applications: (String) -> String? = { _ in nil }) throws -> AuditEvent {
        let event = try AuditEvent(JSONValue(parsing: json), applications: applications)
        return try #require(event)
    }
}
