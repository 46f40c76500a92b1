/// Writes the audit events the service writes for one change, with its habits: values as strings of
/// JSON, memberships named on both sides, conditional access logged twice, `appId` always null.
struct AuditWriter {
    enum Operation: String {
        case add = "Add"
        case update = "Update"
        case delete = "Delete"

        var type: String {
            switch self {
            case .add: "Add"
            case .update: "Update"
            case .delete: "Delete"
            }
        }
    }

    let tenant: Tenant
    let actor: Scenario.Actor?
    let time: Timestamp

    // MARK: - Objects

    /// Returns the events of a change to one object.
    func events(
        _ operation: Operation, _ path: TenantPath, before: JSON?, after: JSON?
    ) -> [JSON] {
        guard let kind = AuditKind.of(path) else { return [] }
        let object = after ?? before ?? .null
        let changes = kind.properties(before: before, after: after)
        // The service does not log this property at all.
        if operation == .update, changes.count == 1, changes[0].name == "UsageLocation" {
            return []
        }
        switch kind.form {
        case .object: return [plain(operation, kind, object, changes)]
        case .conditionalAccess: return conditionalAccess(operation, kind, object, before, after)
        case .roleAssignment: return [roleAssignment(operation, object)]
        case .permissionGrant: return [permissionGrant(operation, kind, object)]
        case .schedule: return schedule(operation, kind, object)
        case .roleSetting: return roleSetting(kind, path)
        case .policy(let activity):
            return [policy(operation, path, kind, activity, object, changes)]
        }
    }

    /// Partners of cross-tenant access, which have no ID, are named by their tenant's.
    private func policy(
        _ operation: Operation, _ path: TenantPath, _ kind: AuditKind, _ activity: String?,
        _ object: JSON, _ changes: [Change]
    ) -> JSON {
        let isInside = activity != nil || tenant.singleton(at: path) != nil
        var changes = changes
        if object["id"] == nil, let partner = object["tenantId"] {
            changes.removeAll { $0.name == "TenantId" }
            changes.append(Change("tenantId", operation == .add ? nil : partner, partner))
        }
        return event(
            kind, activity: activity ?? "\(operation.rawValue) policy",
            // What is kept in an object inside the service is an update of that.
            activity == nil ? operation : .update,
            targets: [
                target(
                    object, type: "Policy", changes, id: isInside ? insideID(object, path) : nil)
            ])
    }

    /// Always the same of the same object.
    private func insideID(_ object: JSON, _ path: TenantPath) -> String {
        let key = object.key?.string ?? ""
        let text = path.text + (path.text.hasSuffix(key) ? "" : "/" + key)
        return guid("\(tenant.id)/\(text)".utf8.reduce(0) { mix($0 ^ UInt64($1)) })
    }

    private func plain(
        _ operation: Operation, _ kind: AuditKind, _ object: JSON, _ changes: [Change]
    ) -> JSON {
        var changes = changes
        if operation == .update {
            let names = changes.map(\.name).joined(separator: ", ")
            changes.append(Change("Included Updated Properties", nil, JSON(names)))
        }
        return event(
            kind, activity: "\(kind.verb(operation)) \(kind.noun)", operation,
            targets: [target(object, type: kind.type, operation == .delete ? [] : changes)])
    }

    /// Two events: the service's own with both policies in full, and the directory's.
    private func conditionalAccess(
        _ operation: Operation, _ kind: AuditKind, _ object: JSON, _ before: JSON?, _ after: JSON?
    ) -> [JSON] {
        var whole = event(
            kind, activity: "\(operation.rawValue) \(kind.noun)", operation,
            targets: [
                target(
                    object, type: "Policy",
                    [Change("ConditionalAccessPolicy", before, after)])
            ])
        whole["loggedByService"] = "Conditional Access"
        let twin = event(
            kind, activity: "\(operation.rawValue) policy", operation,
            targets: [target(object, type: "Policy", [])])
        return [whole, twin]
    }

    /// Names the principal and the role, never the assignment.
    func roleAssignment(_ operation: Operation, _ object: JSON) -> JSON {
        let role = object["roleDefinitionId"]
        let definitions = TenantPath("roleManagement/directory/roleDefinitions")
        let definition = role?.text.flatMap { tenant.object($0, in: definitions) }
        let changes = [
            ("Role.ObjectID", JSON(newGUID())),
            ("Role.DisplayName", definition?["displayName"] ?? .null),
            ("Role.TemplateId", definition?["templateId"] ?? role ?? .null),
            ("Role.WellKnownObjectName", JSON("TenantAdmins")),
        ].map { Change($0.0, added: $0.1, operation) }
        let principal = known(object["principalId"])
        return event(
            AuditKind.roleAssignments,
            activity: operation == .delete ? "Remove member from role" : "Add member to role",
            operation,
            targets: [target(principal, type: "User", changes)])
    }

    /// The object of the directory with this ID; of one it has no more, the ID.
    func known(_ id: JSON?) -> JSON {
        guard let id else { return .null }
        return id.text.flatMap(tenant.directoryObject)?.object ?? ["id": id]
    }

    private func permissionGrant(
        _ operation: Operation, _ kind: AuditKind, _ object: JSON
    ) -> JSON {
        let isDelegated = object["clientId"] != nil
        let client = object[isDelegated ? "clientId" : "principalId"] ?? .null
        let changes =
            [
                ("AppRole.Id", object["appRoleId"]), ("ServicePrincipal.ObjectID", client),
                ("DelegatedPermissionGrant.Scope", object["scope"]),
                ("User.ObjectID", isDelegated ? object["principalId"] : nil),
            ].compactMap { name, value in value.map { Change(name, added: $0, operation) } }
        let resource = known(object["resourceId"])
        let what =
            isDelegated ? "delegated permission grant" : "app role assignment to service principal"
        let verb = operation == .delete ? "Remove" : "Add"
        return event(
            kind, activity: "\(verb) \(what)", operation,
            targets: [target(resource, type: "ServicePrincipal", changes)])
    }

    // MARK: - Memberships

    /// Returns the event of a member or owner that came or went: both sides are targets, and the
    /// collection's object is named once more in the member's properties.
    func events(
        _ operation: Operation, reference: (object: JSON, entity: String), in path: TenantPath
    ) -> [JSON] {
        let parentPath = TenantPath(segments: Array(path.segments.dropLast(2)))
        guard path.segments.count >= 3, let last = path.segments.last,
            let kind = AuditKind.all.first(where: {
                parentPath.text.lowercased().hasPrefix($0.prefix)
            }),
            let parent = tenant.object(
                JSONText(bytes: path.segments[path.segments.count - 2]), in: parentPath)
        else { return [] }
        let isRemoval = operation == .delete
        let prefix = kind.type
        let changes = ["ObjectID": parent["id"], "DisplayName": parent["displayName"]].sorted {
            $0.key > $1.key
        }.map { Change("\(prefix).\($0.key)", added: $0.value ?? .null, operation) }
        var json = event(
            kind,
            activity: Self.activity(
                String(decoding: last, as: UTF8.self), isRemoval, kind.noun), operation,
            targets: [
                target(reference.object, type: AuditKind.type(of: reference.entity), changes),
                target(parent, type: kind.type, []),
            ])
        json["operationType"] = isRemoval ? "Unassign" : "Assign"
        return [json]
    }

    /// - Parameters:
    ///   - collection: what came into it, or went: `owners`.
    ///   - holder: what the collection belongs to.
    private static func activity(
        _ collection: String, _ isRemoval: Bool, _ holder: String
    ) -> String {
        let sponsors = "Sponsors"
        guard !collection.hasSuffix(sponsors) else {
            let side = collection.dropLast(sponsors.count)
            return "\(isRemoval ? "Remove" : "Assign") user as \(side) sponsor"
        }
        let noun =
            collection == "owners"
            ? "owner" : collection.hasSuffix("Policies") ? "policy" : "member"
        return isRemoval ? "Remove \(noun) from \(holder)" : "Add \(noun) to \(holder)"
    }

    // MARK: - Shape

    /// One changed property: values are what goes into the strings of JSON.
    struct Change {
        var name: String
        var old: JSON?
        var new: JSON?

        init(_ name: String, _ old: JSON?, _ new: JSON?) {
            self.name = name
            self.old = old
            self.new = new
        }

        /// A value that came, or that went.
        init(_ name: String, added value: JSON, _ operation: Operation) {
            self.name = name
            old = operation == .delete ? value : nil
            new = operation == .delete ? nil : value
        }

        var json: JSON {
            [
                "displayName": JSON(name), "oldValue": JSON(old?.compact),
                "newValue": JSON(new?.compact),
            ]
        }
    }

    func target(
        _ object: JSON, type: String, _ changes: [Change], id: String? = nil
    ) -> JSON {
        [
            "id": id.map { JSON($0) } ?? object["id"] ?? .null,
            "displayName": type == "User" ? .null : object["displayName"] ?? .null,
            "type": JSON(type), "userPrincipalName": object["userPrincipalName"] ?? .null,
            "groupType": type == "Group" ? "azureAD" : .null,
            "modifiedProperties": .array(changes.map(\.json)),
        ]
    }

    func event(
        _ kind: AuditKind, activity: String, _ operation: Operation, targets: [JSON]
    ) -> JSON {
        let correlation = newGUID()
        let suffix = String(newGUID().prefix(5)).uppercased()
        let number = (time.ticks / 10_000_000) % 1_000_000_000
        return [
            "id": JSON(
                "\(kind.service == "PIM" ? "PIM" : "Directory")_\(correlation)_\(suffix)_\(number)"),
            "category": JSON(kind.category), "correlationId": JSON(correlation),
            "result": "success", "resultReason": "", "activityDisplayName": JSON(activity),
            "activityDateTime": .null, "loggedByService": JSON(kind.service),
            "operationType": JSON(operation.type), "initiatedBy": initiator,
            "targetResources": .array(targets),
            "additionalDetails": [["key": "User-Agent", "value": "Mozilla/5.0 (simulated)"]],
        ]
    }

    private var initiator: JSON {
        switch actor {
        case .user(let name):
            let user = tenant.directoryObject(JSONText(name))?.object
            return [
                "user": [
                    "id": user?["id"] ?? JSON(name), "displayName": .null,
                    "userPrincipalName": user?["userPrincipalName"] ?? JSON(name),
                    "ipAddress": "203.0.113.7", "userType": .null, "homeTenantId": .null,
                    "homeTenantName": .null,
                ],
                "app": .null,
            ]
        case .app(let id):
            let object = tenant.directoryObject(JSONText(id))?.object
            return [
                "user": .null,
                "app": [
                    "appId": .null, "displayName": object?["displayName"] ?? JSON(id),
                    "servicePrincipalId": object?["id"] ?? .null, "servicePrincipalName": .null,
                ],
            ]
        case .service(let name):
            return [
                "user": [
                    "id": JSON(guid(name.utf8.reduce(0) { mix($0 ^ UInt64($1)) })),
                    "displayName": JSON(name), "userPrincipalName": .null, "ipAddress": .null,
                    "userType": .null, "homeTenantId": .null, "homeTenantName": .null,
                ],
                "app": .null,
            ]
        case nil: return ["user": .null, "app": .null]
        }
    }
}
