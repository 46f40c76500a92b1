package import CanonicalJSON

/// One event of `auditLogs/directoryAudits`.
package struct AuditEvent: Sendable {
    /// Something the event is about.
    package struct Target: Sendable {
        package let type: String
        package let id: String?
        package let displayName: String?
        package let userPrincipalName: String?
        package let properties: [Property]
    }

    /// A property the event says was changed. Values are JSON, as the log has them.
    package struct Property: Sendable {
        package let name: String
        package let old: String?
        package let new: String?
    }

    /// Opaque; events are told apart by it.
    package let id: String
    package let time: Moment
    package let activity: String
    package let service: String
    package let category: String
    package let isSuccess: Bool
    /// `nil` if the log names nobody, or says that nobody acted.
    package let actor: Actor?
    package let targets: [Target]
    /// The event as canonical JSON, secrets withheld.
    package let evidence: [UInt8]

    /// Reads one event; `nil` if it has no ID or time.
    ///
    /// - Parameter applications: the display name of a service principal, by its ID in lower case.
    package init?(
        _ json: JSONValue, applications: (String) -> String? = { _ in nil }
    ) {
        guard let id = json["id"]?.string, !id.isEmpty,
            let time = json["activityDateTime"]?.string.flatMap(Moment.init),
            let evidence = try? canonicalized(Array(json.bytes))
        else { return nil }
        self.id = id
        self.time = time
        self.evidence = evidence
        activity = json["activityDisplayName"]?.string ?? ""
        service = json["loggedByService"]?.string ?? ""
        category = json["category"]?.string ?? ""
        isSuccess = json["result"]?.string == "success"
        actor = nil
        targets = []
    }
}
