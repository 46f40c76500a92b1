package import CanonicalJSON
package import GraphCatalog

extension AuditEvent {
    /// Reads one event of a log; `nil` if it has no ID or time, or is of no activity that is wanted.
    ///
    /// - Parameter activities: as in ``GraphCatalog/AuditSource/activities``.
    package init?(_ json: JSONValue, of form: AuditSource.Form, activities: [String]) {
        switch form {
        case .directory: self.init(json)
        case .intune: self.init(intune: json, activities)
        case .azure: self.init(azure: json, activities)
        }
    }

    /// Reads an event of whatever log, or what an object said, from its ``evidence``.
    package init?(noted json: JSONValue) {
        if json["eventDataId"] != nil {
            self.init(azure: json, [])
        } else if json["activityOperationType"] != nil {
            self.init(intune: json, [])
        } else if json["activityDateTime"] != nil {
            self.init(json)
        } else {
            self.init(statement: json)
        }
    }

    /// Reads `{"id": …, "properties": {"createdBy": …, "createdOn": …}}`.
    private init?(statement json: JSONValue) {
        let holders = (json.object ?? []).filter { $0.name != "id" }
        guard let id = json["id"]?.string, holders.count == 1,
            let own = holders[0].value.object, own.count == 2,
            let time = own.first(where: { $0.value.string.flatMap(Moment.init) != nil }),
            let person = own.first(where: { $0.name != time.name })
        else { return nil }
        let statement = Authorship.Statement(
            in: holders[0].name, by: person.name, at: time.name)
        self.init(
            statement, folded(person.name).hasPrefix("created") ? .creation : .update, of: json, id)
    }

    private init?(
        _ id: String?, at time: String?, _ json: JSONValue, activity: String, service: String,
        category: String?, isSuccess: Bool, operation: Operation, _ initiator: Initiator,
        targets: [Target]
    ) {
        guard let id, !id.isEmpty, let time = time.flatMap(Moment.init) else { return nil }
        self.init(
            id: id, time: time, activity: activity, service: service, category: category ?? "",
            isSuccess: isSuccess, operation: operation, initiator: initiator, targets: targets,
            evidence: Array(json.bytes))
    }

    // MARK: - Intune

    private init?(intune json: JSONValue, _ activities: [String]) {
        let names = ["activity", "displayName", "activityType"].compactMap { json[$0]?.text }
        let resources = json["resources"]?.array ?? []
        let kinds = ["category", "componentName"].compactMap { json[$0]?.text }
        let types = resources.compactMap { $0["auditResourceType"]?.text }
        guard Self.isWanted(names + kinds + types, activities) else { return nil }
        let operation: Operation =
            switch json["activityOperationType"]?.string.map(folded) {
            case "create": .creation
            case "delete": .deletion
            default: .update
            }
        self.init(
            json["id"]?.string, at: json["activityDateTime"]?.string, json,
            activity: names.first ?? "", service: "Intune", category: json["category"]?.text,
            isSuccess: json["activityResult"]?.string.map(folded) == "success",
            operation: operation, Initiator(intune: json["actor"]),
            targets: resources.map { Target($0, id: "resourceId", type: "auditResourceType") })
        form = .intune
    }

    // MARK: - Azure

    /// One operation is logged when it starts, is accepted, succeeds or fails; only its success tells
    /// of a change.
    private init?(azure json: JSONValue, _ activities: [String]) {
        guard let name = json["operationName"]?.word, Self.isWanted([name], activities),
            json["status"]?.word.map(folded) == "succeeded"
        else { return nil }
        let isCreated = json["subStatus"]?.word.map(folded) == "created"
        let resource = folded(json["resourceId"]?.string ?? "")
        let type = json["resourceType"]?.word ?? ""
        self.init(
            json["eventDataId"]?.string, at: json["eventTimestamp"]?.string, json,
            activity: json["operationName"]?["localizedValue"]?.text ?? name, service: "Azure",
            category: json["category"]?.word, isSuccess: true,
            operation: folded(name).hasSuffix("/delete")
                ? .deletion : isCreated ? .creation : .update,
            Initiator(azure: json),
            targets: Self.azureNames(of: resource).map {
                Target(type: type, id: $0, displayName: nil, userPrincipalName: nil, properties: [])
            })
        form = .azure
    }

    /// The resource, what it is a part of, and its own name if that is a GUID: a role has another
    /// path at each scope.
    private static func azureNames(of resource: String) -> [String] {
        var names = [resource]
        let parts = resource.split(separator: "/")
        let provider = parts.lastIndex(of: "providers") ?? 0
        // Behind the provider, types and names take turns.
        var end = parts.count - 2
        while end >= provider + 4 {
            names.append("/" + parts[..<end].joined(separator: "/"))
            end -= 2
        }
        if let last = parts.last, last.count == 36, last.allSatisfy({ $0.isHexDigit || $0 == "-" })
        {
            names.append(String(last))
        }
        return names
    }

    private static func isWanted(_ names: [String], _ activities: [String]) -> Bool {
        activities.isEmpty
            || activities.map(folded).contains { wanted in
                names.contains { folded($0).contains(wanted) }
            }
    }
}

// MARK: - What an object says itself

extension AuditEvent {
    /// What an object says itself of who made it as it is, but what was before a time.
    ///
    /// Each is like an event about the object, whose ID is that of the object and the member.
    package static func statements(
        of object: JSONValue, as authorship: Authorship, id: String, since: Moment
    ) -> [AuditEvent] {
        let creation = AuditEvent(authorship.creation, .creation, of: object, id)
        let update = AuditEvent(authorship.update, .update, of: object, id)
        let isSame = creation?.time == update?.time && creation?.actor == update?.actor
        return [creation, isSame ? nil : update].compactMap(\.self).filter { $0.time >= since }
    }

    private init?(
        _ statement: Authorship.Statement, _ operation: Operation, of object: JSONValue,
        _ id: String
    ) {
        let holder = object[statement.holder]
        guard let by = holder?[statement.by]?.text, let at = holder?[statement.at]?.string,
            let time = Moment(at)
        else { return nil }
        let own: JSONDraft = ["\(statement.by)": .string(by), "\(statement.at)": .string(at)]
        let evidence: JSONDraft = ["id": .string(id), "\(statement.holder)": own]
        self.init(
            id: "\(id)#\(statement.by)", time: time,
            activity: "\(statement.by) of the object itself",
            service: "", category: "", isSuccess: true, operation: operation,
            initiator: Initiator(named: by),
            targets: [
                Target(
                    type: "", id: folded(id), displayName: nil, userPrincipalName: nil,
                    properties: [])
            ], evidence: evidence.bytes)
        isStatement = true
    }
}

extension JSONValue {
    /// A string that says something.
    fileprivate var text: String? { string.flatMap { $0.isEmpty ? nil : $0 } }

    /// What Azure writes as a word for programs and one for people: `{"value", "localizedValue"}`.
    fileprivate var word: String? { (self["value"] ?? self).text }

    /// The value at a path such as `properties.createdBy`.
    func value(at path: String) -> JSONValue? {
        var value: JSONValue? = self
        for name in path.split(separator: ".") { value = value?[String(name)] }
        return value
    }
}
