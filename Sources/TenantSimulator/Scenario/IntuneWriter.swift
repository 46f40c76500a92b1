/// Writes the events of Intune's own log for one change to its roles or who has them.
struct IntuneWriter {
    let tenant: Tenant
    let actor: Scenario.Actor?

    /// Whether Intune keeps what is at the path.
    static func keeps(_ path: TenantPath) -> Bool { kind(of: path) != nil }

    private static func kind(of path: TenantPath) -> String? {
        switch path.text.split(separator: "/").prefix(3).joined(separator: "/").lowercased() {
        case "rolemanagement/devicemanagement/roledefinitions": "RoleDefinition"
        case "rolemanagement/devicemanagement/roleassignments": "RoleAssignment"
        default: nil
        }
    }

    func events(
        _ operation: AuditWriter.Operation, _ path: TenantPath, before: JSON?, after: JSON?
    ) -> [JSON] {
        guard let kind = Self.kind(of: path) else { return [] }
        let object = after ?? before ?? .null
        let verb =
            switch operation {
            case .add: "Create"
            case .update: "Patch"
            case .delete: "Delete"
            }
        let changes = (object.members ?? []).filter { before?[$0.name] != after?[$0.name] }
        return [
            [
                "id": JSON(newGUID()), "displayName": JSON("\(verb) \(kind)"),
                "componentName": "RoleBasedAccessControl", "activity": .null,
                "activityDateTime": .null, "activityType": JSON("\(verb) \(kind)"),
                "activityOperationType": JSON(verb), "activityResult": "Success",
                "correlationId": JSON(newGUID()), "category": "Role", "actor": who,
                "resources": [
                    [
                        "displayName": object["displayName"] ?? .null,
                        "auditResourceType": JSON("Microsoft.Management.Services.Api.\(kind)"),
                        "resourceId": object["id"] ?? .null,
                        "modifiedProperties": .array(
                            changes.map {
                                property($0.name.string, before?[$0.name], after?[$0.name])
                            }),
                    ]
                ],
            ]
        ]
    }

    private func property(_ name: String, _ old: JSON?, _ new: JSON?) -> JSON {
        func text(_ value: JSON?) -> JSON { JSON(value.map { $0.string ?? $0.compact }) }
        return [
            "displayName": JSON(AuditKind.type(of: name)), "oldValue": text(old),
            "newValue": text(new),
        ]
    }

    private var who: JSON {
        var who: JSON = [
            "auditActorType": "Application", "userPermissions": [], "applicationId": .null,
            "applicationDisplayName": .null, "userPrincipalName": .null,
            "servicePrincipalName": .null, "ipAddress": .null, "userId": .null,
        ]
        switch actor {
        case .user(let name):
            let user = tenant.directoryObject(JSONText(name))?.object
            who = who.merged(
                with: [
                    "auditActorType": "ItPro", "userPermissions": ["*"],
                    "applicationId": "5926fc8e-304e-4f59-8bed-58ca97cc39a4",
                    "applicationDisplayName": "Microsoft Intune portal extension",
                    "userPrincipalName": user?["userPrincipalName"] ?? JSON(name),
                    "userId": user?["id"] ?? .null,
                ])
        case .app(let name):
            let app = tenant.directoryObject(JSONText(name))?.object
            who = who.merged(
                with: [
                    "applicationId": app?["appId"] ?? JSON(name),
                    "applicationDisplayName": app?["displayName"] ?? .null,
                ])
        case .service, nil: break
        }
        return who
    }
}
