/// What Privileged Identity Management writes: its own event some seconds after the fact, which names
/// who asked for it and some nine objects, and the directory's, in which PIM itself is the actor.
///
/// Nobody asks for what expires: PIM's own name stands in its event.
extension AuditWriter {
    private static let delay = 4.0

    /// The events of a right that somebody is given or loses. PIM tells of no change of one.
    func schedule(_ operation: Operation, _ kind: AuditKind, _ object: JSON) -> [JSON] {
        guard operation != .update else { return [] }
        let isEnd = operation == .delete
        let activity = "\(isEnd ? "Remove" : "Add") \(kind.noun) \(isEnd ? "from" : "to") role"
        let end = object.at(["scheduleInfo", "expiration", "endDateTime"]) ?? object["endDateTime"]
        let span = (end ?? .null) == .null ? "permanent" : "timebound"
        let targets = targets(of: object)
        func own(_ word: String) -> JSON {
            var event = event(
                kind, activity: "\(activity) in PIM \(word) (\(span))", operation, targets: targets)
            event["operationType"] = isEnd ? "Delete" : "Update"
            event["additionalDetails"] = [
                ["key": "ActionType", "value": isEnd ? "Revoke" : "Assign"],
                ["key": "RoleAssignmentRequestId", "value": JSON(newGUID())],
                ["key": "OriginRoleAssignmentId", "value": object["id"] ?? .null],
                ["key": "Justification", "value": ""],
            ]
            return event
        }
        var done = own("completed")
        done["activityDateTime"] = JSON((time + Self.delay).iso(fraction: 7))
        let asked = isExpiry ? [] : [own("requested")]
        return asked + directory(operation, activity, object) + [done]
    }

    private var isExpiry: Bool {
        if case .service = actor { true } else { false }
    }

    /// The directory's own event; of the roles of groups it has none.
    private func directory(_ operation: Operation, _ activity: String, _ object: JSON) -> [JSON] {
        guard object["roleDefinitionId"] != nil else { return [] }
        var event = roleAssignment(operation, object)
        event["activityDisplayName"] = JSON(activity)
        event["operationType"] = operation == .delete ? "Unassign" : "Assign"
        event["initiatedBy"] = [
            "user": .null,
            "app": [
                "appId": .null, "displayName": "MS-PIM",
                "servicePrincipalId": "bdefcbb6-d8b2-497d-a944-b683d9a36b0c",
                "servicePrincipalName": .null,
            ],
        ]
        return [event]
    }

    /// The event of a rule or a policy that changed. It says for which role, and not what.
    func roleSetting(_ kind: AuditKind, _ path: TenantPath) -> [JSON] {
        guard path.segments.count > 2 else { return [] }
        let policy = JSON.string(JSONText(bytes: path.segments[2]))
        let listing = tenant.listing(at: TenantPath("policies/roleManagementPolicyAssignments"))
        let assignment = (0..<listing.endIndex).lazy.compactMap { listing[$0] }.first {
            $0["policyId"] == policy
        }
        guard let assignment else { return [] }
        var event = event(
            kind, activity: "Update role setting in PIM", .update, targets: targets(of: assignment))
        if assignment["scopeType"] == "Group" { event["category"] = "GroupManagement" }
        return [event]
    }

    /// The role, the request, the principal, the group or directory, and what nobody else knows.
    private func targets(of object: JSON) -> [JSON] {
        let group = object["groupId"] ?? (object["scopeType"] == "Group" ? object["scopeId"] : nil)
        let principal = object["principalId"].map {
            target(known($0), type: "User", [])
        }
        let place =
            group.map { target(known($0), type: "Group", []) }
            ?? target(
                ["id": JSON(tenant.id), "displayName": JSON(tenant.displayName)],
                type: "Directory", [])
        let named = [role(object, isOfGroup: group != nil), unknown("Request"), principal, place]
            .compactMap(\.self)
        return named + (named.count..<9).map { _ in unknown("Other") }
    }

    private func unknown(_ type: String) -> JSON {
        target(["id": JSON(newGUID())], type: type, [])
    }

    private func role(_ object: JSON, isOfGroup: Bool) -> JSON {
        guard !isOfGroup else {
            // `member` or `owner`.
            let name = (object["accessId"] ?? object["roleDefinitionId"])?.string ?? ""
            return target(
                ["id": JSON(newGUID()), "displayName": JSON(AuditKind.type(of: name))],
                type: "Role", [])
        }
        let id = object["roleDefinitionId"] ?? .null
        let definitions = TenantPath("roleManagement/directory/roleDefinitions")
        let definition = id.text.flatMap { tenant.object($0, in: definitions) }
        let template = definition?["templateId"] ?? id
        return target(
            ["id": id, "displayName": definition?["displayName"] ?? .null], type: "Role",
            [
                Change("RoleDefinitionOriginId", "", id),
                Change("RoleDefinitionOriginType", "", "BuiltInRole"),
                Change("TemplateId", "", template),
            ])
    }
}
