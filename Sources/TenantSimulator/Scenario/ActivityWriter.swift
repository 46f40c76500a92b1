/// Writes what Azure Resource Manager notes of one change: in the object who made it, and in the
/// Activity Log each operation twice, when it starts and when it succeeds.
struct ActivityWriter {
    let tenant: Tenant
    let actor: Scenario.Actor?
    let time: Timestamp

    /// Whether Azure keeps what is at the path.
    static func keeps(_ path: TenantPath) -> Bool {
        path.segments.first == Array("arm".utf8) && path.segments.count > 1
    }

    /// The ID of the group of resources that a path below `resourceGroups` stands for. No list has
    /// them: they are there as long as something is in them.
    static func group(at path: TenantPath) -> String? {
        guard keeps(path), path.segments.count == 3,
            path.segments[1] == Array("resourceGroups".utf8)
        else { return nil }
        return String(decoding: path.segments[2], as: UTF8.self)
    }

    // MARK: - In the object

    /// Returns an object, or the change of one, with who made it and when.
    func stamped(_ object: JSON, _ path: TenantPath, isNew: Bool) -> JSON {
        let by = JSON(identity?.id ?? "")
        let at = JSON(time.iso(fraction: 7))
        switch list(path) {
        case "roleAssignments", "roleDefinitions":
            var own: JSON = ["updatedOn": at, "updatedBy": by]
            if isNew { own = own.merged(with: ["createdOn": at, "createdBy": by]) }
            return object.merged(with: [
                "properties": object["properties"]?.merged(with: own) ?? own
            ])
        case "resources":
            let by = JSON(identity?.caller ?? "")
            let type: JSON = identity?.address == nil ? "Application" : "User"
            var own: JSON = [
                "lastModifiedBy": by, "lastModifiedByType": type, "lastModifiedAt": at,
            ]
            if isNew {
                own = own.merged(
                    with: ["createdBy": by, "createdByType": type, "createdAt": at])
            }
            return object.merged(with: [
                "systemData": object["systemData"]?.merged(with: own) ?? own
            ])
        default: return object
        }
    }

    private func list(_ path: TenantPath) -> String {
        String(decoding: path.segments[1], as: UTF8.self)
    }

    // MARK: - In the log

    func events(_ operation: AuditWriter.Operation, _ path: TenantPath, _ object: JSON) -> [JSON] {
        let list = list(path)
        let id = place(of: object, list)
        let type =
            switch list {
            case "resources": object["type"]?.string ?? ""
            case "resourceGroups": "Microsoft.Resources/subscriptions/resourcegroups"
            default: "Microsoft.Authorization/\(list)"
            }
        let verb = operation == .delete ? "delete" : "write"
        let names = newGUID()
        let code =
            switch operation {
            case .add: ("Created", "Created (HTTP Status Code: 201)")
            case .update, .delete: ("OK", "OK (HTTP Status Code: 200)")
            }
        return [("Begin", "Started", ("", ""), 0.0), ("End", "Succeeded", code, 0.8)].map {
            step, status, code, delay in
            event(
                "\(type)/\(verb)", on: id, type, names, step: step, status: status, code: code,
                at: time + delay)
        }
    }

    /// The ID as the request had it: that of a role began with a scope.
    private func place(of object: JSON, _ list: String) -> String {
        let id = object["id"]?.string ?? ""
        let scope = object.at(["properties", "assignableScopes"])?.elements?.first?.string
        guard list == "roleDefinitions", let scope, scope != "/", id.hasPrefix("/providers/") else {
            return id
        }
        return scope + id
    }

    private func event(
        _ operation: String, on id: String, _ type: String, _ correlation: String, step: String,
        status: String, code: (String, String), at time: Timestamp
    ) -> JSON {
        let parts = id.split(separator: "/").map(String.init)
        let eventID = newGUID()
        let provider = type.split(separator: "/").first.map(String.init) ?? ""
        var event: JSON = [
            "authorization": ["action": JSON(operation), "scope": JSON(id)],
            "caller": JSON(identity?.caller), "channels": "Operation", "claims": claims,
            "correlationId": JSON(correlation), "description": "", "eventDataId": JSON(eventID),
            "eventName": word("\(step)Request", "\(step) request"),
            "category": word("Administrative"), "eventTimestamp": JSON(time.iso(fraction: 7)),
            "id": JSON("\(id)/events/\(eventID)/ticks/\(time.ticks)"), "level": "Informational",
            "operationId": JSON(correlation), "operationName": word(operation, said(operation)),
            "resourceProviderName": word(provider, provider), "resourceType": word(type, type),
            // Not as Resource Manager spells it.
            "resourceId": JSON(id.replacing("/resourceGroups/", with: "/resourcegroups/")),
            "status": word(status), "subStatus": word(code.0, code.1),
            "submissionTimestamp": JSON((time + 60).iso(fraction: 7)), "tenantId": JSON(tenant.id),
            "properties": ["statusCode": JSON(code.0), "serviceRequestId": .null],
        ]
        if parts.first == "subscriptions", parts.count > 1 {
            event["subscriptionId"] = JSON(parts[1])
        }
        if parts.count > 3, parts[2].lowercased() == "resourcegroups" {
            event["resourceGroupName"] = JSON(parts[3])
        }
        return event
    }

    private func word(_ value: String, _ shown: String? = nil) -> JSON {
        ["value": JSON(value), "localizedValue": JSON(shown ?? value)]
    }

    /// What the portal calls the operation.
    private func said(_ operation: String) -> String {
        switch operation {
        case "Microsoft.Authorization/roleAssignments/write": "Create role assignment"
        case "Microsoft.Authorization/roleAssignments/delete": "Delete role assignment"
        case "Microsoft.Authorization/roleDefinitions/write":
            "Create or update custom role definition"
        case "Microsoft.Authorization/roleDefinitions/delete": "Delete custom role definition"
        case "Microsoft.Resources/subscriptions/resourcegroups/delete": "Delete resource group"
        case "Microsoft.KeyVault/vaults/write": "Update Key Vault"
        case "Microsoft.KeyVault/vaults/delete": "Delete Key Vault"
        default: operation
        }
    }

    // MARK: - Who

    /// People are called by their address, applications by the ID of their service principal.
    private var identity: (id: String, caller: String, address: String?, name: String?)? {
        switch actor {
        case .user(let name):
            let user = tenant.directoryObject(JSONText(name))?.object
            let address = user?["userPrincipalName"]?.string ?? name
            return (user?["id"]?.string ?? name, address, address, user?["displayName"]?.string)
        case .app(let name):
            let app = tenant.directoryObject(JSONText(name))?.object
            let id = app?["id"]?.string ?? name
            return (id, id, nil, nil)
        case .service, nil: return nil
        }
    }

    private var claims: JSON {
        guard let identity else { return .null }
        var claims: JSON = [
            "aud": "https://management.core.windows.net/", "ver": "1.0",
            "iss": JSON("https://sts.windows.net/\(tenant.id)/"),
            "http://schemas.microsoft.com/identity/claims/tenantid": JSON(tenant.id),
            "http://schemas.microsoft.com/identity/claims/objectidentifier": JSON(identity.id),
        ]
        guard let address = identity.address else {
            claims["idtyp"] = "app"
            return claims
        }
        claims["appid"] = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
        claims["idtyp"] = "user"
        claims["name"] = JSON(identity.name)
        claims["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] = JSON(address)
        return claims
    }
}
